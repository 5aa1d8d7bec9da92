import VMScript
import VMScriptSyntax

/// The steps of images, disks and seeds.
extension StepPlanner {
  // MARK: Images

  package func steps(ofImage declaration: Declaration, _ change: Change) throws(Diagnostic)
    -> [Step]
  {
    guard let image = storage.images[declaration.name] else { return [] }
    switch image.content {
    case .existing: return []
    case .file(let file, let sha256, let key, let nonce):
      // libvirt's test driver keeps records and no contents.
      let converts = image.needsConversion(from: file) && hypervisor != "test"
      let upload = ImageUpload(
        image: image, file: file, sha256: sha256, key: key, nonce: nonce, converts: converts)
      return try [.publish(upload)] + releaseEarlier(image, keeping: key, declaration)
        + [.releaseChanged(image: image.name, pool: image.pool)]
    case .blank(let name, let backing):
      do throws(StorageFailure) {
        return try stepsOfEmpty(image, name.fileName, backing, at: declaration.span)
      } catch { throw StorageMessages.diagnostic(error, at: declaration.span) }
    }
  }

  /// Pins of earlier contents go, unless a disk of the stack is still backed by one.
  private func releaseEarlier(
    _ image: ResolvedImage, keeping key: ImageKey, _ declaration: Declaration
  ) throws(Diagnostic) -> [Step] {
    let pinned = storage.pinnedKeys(of: image.name).subtracting([key.text])
    guard !pinned.isEmpty else { return [] }
    let kept: Set<String>
    do throws(StorageFailure) { kept = try storage.keysInUse().union([key.text]) } catch {
      throw StorageMessages.diagnostic(error, at: declaration.span)
    }
    guard !pinned.isSubset(of: kept) else { return [] }
    return [
      .release(
        ImageRelease(
          image: image.name, keeping: kept, pools: live.storage.pools.keys.sorted(), isKept: true))
    ]
  }

  private func stepsOfEmpty(
    _ image: ResolvedImage, _ name: String, _ backing: StorageBase?, at span: Span
  ) throws(StorageFailure) -> [Step] {
    let capacity = image.capacity ?? 0
    guard let present = live.storage.place(at: image.path)?.volume else {
      var xml = VolumeXML(name: name, format: image.format, capacity: capacity, allocation: 0)
      xml.clusterSize = image.layout.clusterSize
      xml.lazyRefcounts = image.layout.lazyRefcounts
      xml.preallocation = image.layout.preallocation.flatMap(VolumeXML.Preallocation.init) ?? .off
      return [
        .make(
          NewVolume(
            xml: xml, pool: image.pool, path: image.path,
            origin: backing.map(OwnVolume.Origin.overlay) ?? .new, size: nil, span: span))
      ]
    }
    guard try present.read(\.capacity) ?? 0 < capacity else { return [] }
    return [
      .grow(
        VolumeGrowth(
          volume: VolumeReference(name: name, pool: image.pool, path: image.path), size: capacity,
          format: image.format, users: live.storage.domains(using: image.path), span: nil))
    ]
  }

  /// Everything that the stack keeps for an image, in every pool.
  func stepsOfDeletion(image name: String, isKept: Bool) -> [Step] {
    let volumes = storage.volumes.volumes(ofImage: name)
    let own = volumes.filter { $0.volume.owned?.role == .image }.map(VolumeReference.init)
    let pools = Set(volumes.map(\.pool)).sorted()
    return own.map(Step.remove)
      + [.release(ImageRelease(image: name, keeping: [], pools: pools, isKept: isKept))]
  }

  // MARK: Disks

  /// Makes what is missing of a domain's volumes and its seed; what is as wanted stays.
  ///
  /// - Parameter anew: keys of drives whose volumes are made anew; the guest is off.
  func stepsOfStorage(
    of domain: String, anew: Set<String> = []
  ) throws(Diagnostic) -> [Step] {
    guard let wanted = storage.domains[domain] else { return [] }
    var steps: [Step] = []
    for drive in wanted.drives {
      guard let own = drive.own else { continue }
      do throws(StorageFailure) {
        steps += try growthOfMoved(own, at: drive.span)
        steps += try stepsOfVolume(own, isAnew: anew.contains(drive.key), at: drive.span)
      } catch { throw StorageMessages.diagnostic(error, at: drive.span) }
    }
    if let seed = wanted.seed, !isTrusted(seed, of: domain) { steps.append(.write(seed)) }
    return steps
  }

  /// A disk that comes from another domain grows before it has a user again.
  private func growthOfMoved(
    _ own: OwnVolume, at span: Span
  ) throws(StorageFailure) -> [Step] {
    guard own.movedFrom != nil, own.hasSize, let wanted = own.capacity,
      let present = try live.storage.place(at: own.path)?.volume.read(\.capacity),
      present < wanted
    else { return [] }
    return [.grow(VolumeGrowth(own, to: wanted, at: span))]
  }

  private func stepsOfVolume(
    _ own: OwnVolume, isAnew: Bool, at span: Span
  ) throws(StorageFailure) -> [Step] {
    if case .kept = own.origin { return [] }
    guard let present = live.storage.place(at: own.path)?.volume, !isAnew else {
      return [.make(try volume(own, at: span))]
    }
    let users = live.storage.domains(using: own.path)
    if try isAsWanted(present, own, isInUse: !users.isEmpty) {
      // A domain's own disk grows as a change of its own, in agreement with its guest.
      guard users.isEmpty, let wanted = own.capacity, try present.read(\.capacity) ?? 0 < wanted
      else { return [] }
      return [.grow(VolumeGrowth(own, to: wanted, at: span))]
    }
    guard users.isEmpty else { throw .volumeKept(own.name, .usedByDomain(users)) }
    return [.remove(VolumeReference(own)), .make(try volume(own, at: span))]
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

  private func volume(_ own: OwnVolume, at span: Span) throws(StorageFailure) -> NewVolume {
    let capacity: Int64?
    switch own.origin {
    case .overlay(let base): capacity = base.capacity == nil ? nil : own.capacity
    case .copy: capacity = nil
    case .new, .kept:
      guard let declared = own.capacity else { throw .missingSize("disk") }
      capacity = declared
    }
    return NewVolume(
      xml: VolumeXML(name: own.name, format: own.format, capacity: capacity, allocation: 0),
      pool: own.pool, path: own.path, origin: own.origin,
      size: capacity == nil && own.hasSize ? own.capacity : nil, span: span)
  }

  /// A seed is trusted only if a domain refers to it: an upload may have been cut short.
  private func isTrusted(_ seed: DomainSeed, of domain: String) -> Bool {
    let present = live.domains[domain]?.name ?? domain
    return live.storage.domains(using: seed.path).contains(present)
      && live.storage.place(at: seed.path) != nil
  }

  /// The drives whose volumes a change replaces.
  func replacedDrives(of domain: String, _ change: Change) -> [DriveStorage] {
    (storage.domains[domain]?.drives ?? []).filter { drive in
      change.properties.contains {
        // A difference of the definition alone, such as the format in which something is used in
        // place, replaces nothing.
        $0.device == drive.deviceName && $0.impact == .dataLoss
          && (drive.own != nil || $0.kind != .driver)
      }
    }
  }

  /// Only the domain's own volumes go.
  func stepsOfRemoval(
    of drives: [DriveStorage], from domain: String
  ) throws(Diagnostic) -> [Step] {
    let own = storage.volumes.volumes(ofDomain: domain)
    let disks = live.domains[domain]?.facts.disks ?? []
    var steps: [Step] = []
    for drive in drives {
      let present = disks.first { $0.target == drive.target }?.path
      for place in own where place.volume.path == present || place.volume.path == drive.own?.path {
        guard storage.users(of: place.volume.path, otherThan: domain).isEmpty else { continue }
        let overlays = live.storage.overlays(on: place.volume.path).map(\.volume.name)
        guard overlays.isEmpty else {
          throw StorageMessages.diagnostic(
            .volumeKept(place.volume.name, .hasOverlays(overlays)), at: drive.span)
        }
        steps.append(.delete(VolumeReference(place)))
      }
    }
    return steps
  }

  /// A running guest is told of its larger disk; of one that is off the volume alone grows.
  package func growth(of domain: String, _ change: Change) -> [Step] {
    (storage.domains[domain]?.drives ?? []).compactMap { drive in
      let grows = change.properties.contains {
        $0.device == drive.deviceName && $0.live == .growth
      }
      guard grows, let own = drive.own, let size = drive.size else { return nil }
      return .grow(VolumeGrowth(own, to: size.value.bytes, users: [domain], at: drive.span))
    }
  }
}

extension VolumeReference {
  fileprivate init(_ own: OwnVolume) {
    self.init(name: own.name, pool: own.pool, path: own.path)
  }
}

extension VolumeGrowth {
  fileprivate init(_ own: OwnVolume, to size: Int64, users: [String] = [], at span: Span) {
    self.init(
      volume: VolumeReference(own), size: size, format: own.format, users: users, span: span)
  }
}
