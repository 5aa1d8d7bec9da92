import Libvirt
import VMScript

/// Images: published or made empty, released.
extension Provisioner {
  func bring(image change: Change) async throws {
    guard let image = storage.images[change.name] else { return }
    switch image.content {
    case .existing: return
    case .file(let file, let sha256, let key, let nonce):
      do {
        let path = try await publish(image, file, sha256, key, nonce, change)
        await published.add(image.name, at: path)
      } catch StorageFailure.changedWhileRead {
        // A digest that was kept may be what is wrong.
        storage.cache?.drop(file.path)
        throw StorageFailure.changedWhileRead
      }
      try await releaseEarlier(image, keeping: key)
      try await store.releaseChanged(of: set.stack, named: image.name, pool: image.pool)
    case .blank(let name, let backing):
      try await makeEmpty(image, name.fileName, backing)
    }
  }

  /// Uploads the file, converted if need be, unless a complete copy is there.
  private func publish(
    _ image: ResolvedImage, _ file: ImageFile, _ sha256: String, _ key: ImageKey, _ nonce: String,
    _ change: Change
  ) async throws -> String {
    let (store, stack, report) = (store, set.stack, progress)
    @Sendable func send(_ upload: VolumeStore.Upload) async throws -> String {
      try await store.publish(
        upload, key: key, stack: stack, image: image.name, pool: image.pool, nonce: nonce
      ) { done, total in
        report(.advanced(change, phase: "upload", done: done, total: total))
      }
    }
    guard image.needsConversion(from: file), hypervisor != "test" else {
      return try await send(
        .init(
          path: file.path, length: file.size, sha256: sha256, suffix: image.format.rawValue,
          capacity: image.capacity))
    }
    if let path = try await store.share(
      key: key, stack: stack, image: image.name, pool: image.pool)
    {
      return path
    }
    report(.advanced(change, phase: "convert", done: 0, total: 0))
    return try await ImageConversion.withConverted(
      file, sha256: sha256, to: image.format, layout: image.layout
    ) { path in
      let converted = try await FileDigest.of(path, cache: nil)
      return try await send(
        .init(
          path: path, length: FileIdentity(path: path).size, sha256: converted.sha256,
          suffix: image.format.rawValue, capacity: image.capacity))
    }
  }

  /// Pins of earlier contents go, unless a disk of the stack still stands on one.
  private func releaseEarlier(_ image: ResolvedImage, keeping key: ImageKey) async throws {
    let kept = try storage.keysInUse().union([key.text])
    guard !storage.pinnedKeys(of: image.name).subtracting(kept).isEmpty else { return }
    for pool in storage.live.storage.pools.keys {
      try await store.releaseImages(of: set.stack, named: image.name, keeping: kept, pool: pool)
    }
  }

  /// Contents that nothing uses any more once all changes are made, such as a medium that drives
  /// have changed for a newer one.
  func removeLeftovers(after changes: [Change]) async throws {
    let changed = changes.filter { $0.kind == .image && $0.action == .update }
    for pool in Set(changed.compactMap { storage.images[$0.name]?.pool }) {
      try await store.removeLeftovers(of: set.stack, pool: pool)
    }
  }

  private func makeEmpty(
    _ image: ResolvedImage, _ name: String, _ backing: StorageBase?
  ) async throws {
    let capacity = image.capacity ?? 0
    var xml = VolumeXML(name: name, format: image.format, capacity: capacity, allocation: 0)
    xml.clusterSize = image.layout.clusterSize
    xml.lazyRefcounts = image.layout.lazyRefcounts
    xml.preallocation = image.layout.preallocation.flatMap(VolumeXML.Preallocation.init) ?? .off
    if let backing {
      xml.backing = (path: try await published.path(of: backing), format: backing.format)
    }
    guard let present = storage.live.storage.place(at: image.path)?.volume else {
      try await store.create(xml, pool: image.pool)
      return
    }
    if try present.read(\.capacity) ?? 0 < capacity {
      let users = storage.live.storage.domains(using: image.path)
      try await grow(
        name, pool: image.pool, at: image.path, to: capacity, as: image.format, of: users)
    }
  }

  /// Everything that the stack keeps for an image, in every pool; what others still use stays.
  ///
  /// - Parameter isKept: whether the plan has said already that content stays.
  func delete(image name: String, isKept: Bool) async throws {
    let volumes = storage.volumes.volumes(ofImage: name)
    for place in volumes where place.volume.owned?.role == .image {
      try await store.remove(place.volume.name, pool: place.pool)
    }
    for pool in Set(volumes.map(\.pool)) {
      let kept = try await store.releaseImages(
        of: set.stack, named: name, keeping: [], pool: pool)
      guard let first = kept.first, !isKept else { continue }
      warn(StorageMessages.keptContent(of: name, because: StorageMessages.reason(first)))
    }
  }
}
