import Libvirt
import VMScript
import VMScriptSyntax

/// What a domain stands on: made before it is defined, each step by itself complete.
extension Provisioner {
  /// Makes what is missing of a domain's volumes and its seed; what is as wanted stays.
  ///
  /// - Parameter anew: keys of drives whose volumes are made anew; the guest is off.
  func provide(storageOf domain: String, anew: Set<String> = []) async throws {
    guard let wanted = storage.domains[domain] else { return }
    for drive in wanted.drives {
      guard let own = drive.own else { continue }
      do {
        if own.movedFrom != nil { try await growMoved(own) }
        try await provide(own, isAnew: anew.contains(drive.key))
      } catch let failure as StorageFailure {
        throw StorageMessages.diagnostic(failure, at: drive.span)
      }
    }
    if let seed = wanted.seed { try await provide(seed, of: domain) }
  }

  /// A disk that comes from another domain grows before it has a user again.
  private func growMoved(_ own: OwnVolume) async throws {
    guard own.hasSize, let wanted = own.capacity,
      let present = try storage.live.storage.place(at: own.path)?.volume.read(\.capacity),
      present < wanted
    else { return }
    try await store.grow(own.name, pool: own.pool, to: wanted, as: own.format)
  }

  private func provide(_ own: OwnVolume, isAnew: Bool) async throws {
    if case .kept = own.origin { return }
    let live = storage.live.storage
    if let present = live.place(at: own.path)?.volume, !isAnew {
      let users = live.domains(using: own.path)
      if try isAsWanted(present, own, isInUse: !users.isEmpty) {
        // A domain's own disk is grown as a change of its own, in agreement with its guest.
        guard users.isEmpty, let wanted = own.capacity,
          try present.read(\.capacity) ?? 0 < wanted
        else { return }
        return try await store.grow(own.name, pool: own.pool, to: wanted, as: own.format)
      }
      guard users.isEmpty else {
        throw StorageFailure.volumeKept(own.name, .usedByDomain(users))
      }
      try await store.remove(own.name, pool: own.pool)
    }
    try await make(own)
  }

  /// Whether a volume may be taken as it is: a user may have undefined the domain alone, and wants
  /// its data. A copy that no domain refers to may be half of one.
  private func isAsWanted(
    _ volume: VolumeInventory.Volume, _ own: OwnVolume, isInUse: Bool
  ) throws(StorageFailure) -> Bool {
    switch own.origin {
    case .kept: true
    case .new: try volume.read(\.backing) == nil
    case .copy: try volume.read(\.backing) == nil && isInUse
    case .overlay(let base): try storage.standing(of: volume, on: base) != .elsewhere
    }
  }

  private func make(_ own: OwnVolume) async throws {
    switch own.origin {
    case .kept: return
    case .new:
      guard let capacity = own.capacity else { throw StorageFailure.missingSize("disk") }
      try await store.create(xml(own, capacity), pool: own.pool)
    case .overlay(let base):
      var volume = xml(own, base.capacity == nil ? nil : own.capacity)
      volume.backing = (path: try await published.path(of: base), format: base.format)
      try await store.create(volume, pool: own.pool)
      if base.capacity == nil { try await enlarge(own) }
    case .copy(let base):
      guard let least = try await store.capacity(at: base.path, as: base.format) else {
        throw StorageFailure.copyOutsidePool(base.path)
      }
      try await store.copy(of: base.path, as: xml(own, least), pool: own.pool)
      try await enlarge(own)
    }
  }

  private func xml(_ own: OwnVolume, _ capacity: Int64?) -> VolumeXML {
    VolumeXML(name: own.name, format: own.format, capacity: capacity, allocation: 0)
  }

  /// A new volume that has the size of what it was made from grows to the declared one.
  private func enlarge(_ own: OwnVolume) async throws {
    guard own.hasSize, let wanted = own.capacity,
      let least = try await store.capacity(at: own.path, as: own.format), wanted != least
    else { return }
    guard wanted > least else {
      try await store.delete(own.name, pool: own.pool)
      throw StorageFailure.tooSmall(declared: wanted, needed: least)
    }
    try await store.grow(own.name, pool: own.pool, to: wanted, as: own.format)
  }

  /// A seed is trusted only if a domain refers to it: an upload may have been cut short.
  private func provide(_ seed: DomainSeed, of domain: String) async throws {
    let present = storage.live.domains[domain]?.name ?? domain
    let isTrusted =
      storage.live.storage.domains(using: seed.path).contains(present)
      && storage.live.storage.place(at: seed.path) != nil
    guard !isTrusted else { return }
    do {
      let image = try SeedImage.build(seed.files)
      try await store.write(image, as: seed.name.fileName, mode: "0600", pool: seed.pool)
    } catch let failure as StorageFailure {
      throw StorageMessages.diagnostic(failure, at: seed.span)
    }
  }

  /// Seeds that the domain no longer has; a running guest keeps what it was started with.
  func removeEarlierSeeds(of domain: String) async throws {
    let current = storage.domains[domain]?.seed?.name.fileName
    for place in storage.volumes.volumes(ofDomain: domain) {
      guard case .seed? = place.volume.owned?.role, place.volume.name != current else { continue }
      try await store.delete(place.volume.name, pool: place.pool)
    }
  }

  /// The context of a domain's XML, with the images where they are now.
  func context(for declaration: Declaration, uuid: String?) async -> XMLContext {
    storage.context(
      for: declaration, uuid: uuid, hypervisor: hypervisor, published: await published.paths)
  }
}
