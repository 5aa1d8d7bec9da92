import Libvirt
import VMScript
import VMScriptPlan

/// The steps of images.
extension Provisioner {
  func publish(_ upload: ImageUpload, _ change: Change) async throws {
    do {
      let path = try await path(of: upload, change)
      await published.add(upload.image.name, at: path)
    } catch StorageFailure.changedWhileRead {
      // A digest that was kept may be what is wrong.
      cache?.drop(upload.file.path)
      throw StorageFailure.changedWhileRead
    }
  }

  /// Uploads the file, converted if need be, unless a complete copy is there.
  private func path(of upload: ImageUpload, _ change: Change) async throws -> String {
    let (store, stack, report) = (store, stack, progress)
    let (image, key) = (upload.image, upload.key)
    @Sendable func send(_ content: VolumeStore.Upload) async throws -> String {
      try await store.publish(
        content, key: key, stack: stack, image: image.name, pool: image.pool, nonce: upload.nonce
      ) { done, total in
        report(.advanced(change, phase: "upload", done: done, total: total))
      }
    }
    guard upload.converts else {
      return try await send(
        .init(
          path: upload.file.path, length: upload.file.size, sha256: upload.sha256,
          suffix: image.format.rawValue, capacity: image.capacity))
    }
    if let path = try await store.share(
      key: key, stack: stack, image: image.name, pool: image.pool)
    {
      return path
    }
    report(.advanced(change, phase: "convert", done: 0, total: 0))
    return try await ImageConversion.withConverted(
      upload.file, sha256: upload.sha256, to: image.format, layout: image.layout
    ) { path in
      let converted = try await FileDigest.of(path, cache: nil)
      return try await send(
        .init(
          path: path, length: FileIdentity(path: path).size, sha256: converted.sha256,
          suffix: image.format.rawValue, capacity: image.capacity))
    }
  }

  func release(_ contents: ImageRelease) async throws {
    for pool in contents.pools {
      let kept = try await store.releaseImages(
        of: stack, named: contents.image, keeping: contents.keeping, pool: pool)
      guard let first = kept.first, !contents.isKept else { continue }
      warn(StorageMessages.keptContent(of: contents.image, because: StorageMessages.reason(first)))
    }
  }

  /// Contents that nothing uses any more once all changes are made, such as a medium that drives
  /// have changed for a newer one.
  func removeLeftovers(after changes: [Change]) async throws {
    let steps = changes.filter { $0.action == .update }.flatMap(\.steps)
    let pools = steps.compactMap { step in
      if case .publish(let upload) = step { upload.image.pool } else { nil }
    }
    for pool in Set(pools).sorted() { try await store.removeLeftovers(of: stack, pool: pool) }
  }
}

/// Where the images of a run are, once their content is there.
actor PublishedImages {
  private(set) var paths: [String: String]

  /// - Parameter paths: of the images that are complete already, by name.
  init(_ paths: [String: String]) { self.paths = paths }

  /// Notes that the content of an image is complete.
  func add(_ image: String, at path: String) { paths[image] = path }

  /// The path of what an overlay is backed by, or a guest reads.
  ///
  /// - Throws: ``StorageFailure/missingBase(image:)`` if the image is not complete.
  func path(of base: StorageBase) throws(StorageFailure) -> String {
    guard let image = base.image else { return base.path }
    guard let path = paths[image.name] else { throw .missingBase(image: image.name) }
    return path
  }
}
