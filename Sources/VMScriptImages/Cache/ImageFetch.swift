import Foundation
import VMScriptPlan

/// The download of one image into the cache, or the look whether it is there, on the calling
/// thread.
struct ImageFetch {
  /// The result of a fetch.
  enum Outcome {
    /// The entry; the failure is that of a server that was not reached or has no answer.
    case cached(CacheEntry, stale: DownloadFailure?)
    /// A download is needed; the size if the server announces it.
    ///
    /// - Parameter isChanged: whether the cache has another content of the address.
    case needed(size: Int64?, isChanged: Bool)
  }

  /// A step that takes time.
  enum Step {
    /// Another process downloads the image.
    case waiting
    case downloading(done: Int64, total: Int64?)
    case verifying
    case decompressing(done: Int64)
  }

  let location: ImageLocation
  let folder: CacheFolder
  let policy: DownloadPolicy
  /// Whether content that is not recognised as an image is accepted as a raw disk.
  let takesRaw: Bool
  let cancellation: BlockingWork.Cancellation
  let report: (Step) -> Void

  private var downloader: Downloader { Downloader(policy: policy, cancellation: cancellation) }

  /// Determines whether the cached image can be used; changes nothing.
  ///
  /// An image with a declared digest never changes, so the server is not asked about it. Any other
  /// one is compared with the server's by its checksum file, else by ETag, date or length.
  func look() throws(DownloadFailure) -> Outcome {
    let entry = folder.entry(cancellation)
    if let entry, isDeclared(entry) { return .cached(entry, stale: nil) }
    do throws(DownloadFailure) {
      if let entry, location.declared.isEmpty, let expected = try checksum()?.digest {
        if entry.matches([expected]) { return .cached(entry, stale: nil) }
      } else if let entry, location.declared.isEmpty {
        let present = try downloader.look(at: location.address)
        if entry.validators.isSame(as: present) == true { return .cached(entry, stale: nil) }
        return .needed(size: present.length, isChanged: true)
      }
      return .needed(
        size: try downloader.look(at: location.address).length, isChanged: entry != nil)
    } catch {
      if let entry, location.declared.isEmpty, error.leavesCopyUsable {
        return .cached(entry, stale: error)
      }
      // Some servers do not answer a request for the headers alone.
      switch error {
      case .forbidden, .refused: return .needed(size: nil, isChanged: entry != nil)
      default: throw error
      }
    }
  }

  /// Returns the image, and downloads it if the cache does not have it. Two processes that fetch
  /// one image make one download.
  ///
  /// - Returns: the entry, and the failure of a server that was not reached or has no answer.
  func fetch() throws(DownloadFailure) -> (entry: CacheEntry, stale: DownloadFailure?) {
    let start = Date().timeIntervalSince1970
    let lock = try lock()
    defer {
      folder.removeIfEmpty()
      withExtendedLifetime(lock) {}
    }
    let entry = folder.entry(cancellation)
    if let entry, isDeclared(entry) { return (entry, nil) }
    var expected = location.declared
    var verified = expected.isEmpty ? nil : "declaration"
    if expected.isEmpty {
      // Another process has just downloaded it.
      if let entry, entry.time >= start { return (entry, nil) }
      do throws(DownloadFailure) {
        if let found = try checksum() {
          (expected, verified) = ([found.digest], found.isSigned ? "signature" : "checksums")
          if let entry, entry.matches(expected) { return (entry, nil) }
        } else if let entry,
          entry.validators.isSame(as: try downloader.look(at: location.address)) == true
        {
          return (entry, nil)
        }
      } catch {
        guard let entry, error.leavesCopyUsable else { throw error }
        return (entry, error)
      }
    }
    return (try download(expected, verified), nil)
  }

  /// Returns the image in a compressed file of this machine, and unpacks it if the cache does not
  /// have it.
  func unpack(_ path: String) throws(DownloadFailure) -> CacheEntry {
    let lock = try lock()
    defer {
      folder.removeIfEmpty()
      withExtendedLifetime(lock) {}
    }
    do {
      let validators = Downloader.Validators(try FileIdentity(path: path))
      if let entry = folder.entry(cancellation), entry.validators == validators,
        entry.matches(location.declared)
      {
        return entry
      }
      try PrivateFolder.create(folder.partFolder)
      defer { try? FileManager.default.removeItem(atPath: folder.partFolder) }
      folder.recordSource(location.shown)
      return try add(
        path, validators, location.declared, location.declared.isEmpty ? nil : "declaration")
    } catch { throw failure(error, part: path) }
  }

  /// Returns any error as a failure.
  private func failure(_ error: any Error, part: String) -> DownloadFailure {
    switch error {
    case let failure as DownloadFailure: failure
    case let failure as StorageFailure: .unfitImage(failure)
    case is CancellationError: .cancelled(location.shown, kept: Downloader.length(of: part))
    default: .unusableCache(folder.path, reason: ImageCache.reason(error))
    }
  }

  private func isDeclared(_ entry: CacheEntry) -> Bool {
    !location.declared.isEmpty && entry.matches(location.declared)
  }

  private func lock() throws(DownloadFailure) -> FolderLock {
    do {
      try PrivateFolder.create(folder.parent)
      var isReported = false
      while true {
        if let lock = try FolderLock.take(folder.path) { return lock }
        if !isReported { report(.waiting) }
        isReported = true
        if cancellation.isCancelled { throw DownloadFailure.cancelled(location.shown, kept: 0) }
        Thread.sleep(forTimeInterval: 0.1)
      }
    } catch let failure as DownloadFailure {
      throw failure
    } catch {
      throw .unusableCache(folder.path, reason: ImageCache.reason(error))
    }
  }

  /// Returns the publisher's digest, and whether its signature was verified; nil if the catalogue
  /// names no checksum file.
  private func checksum() throws(DownloadFailure) -> (digest: ExpectedDigest, isSigned: Bool)? {
    guard let file = location.checksums else { return nil }
    var text = try downloader.text(at: file)
    var isSigned = false
    if let signature = location.signature {
      var separate: [UInt8]?
      if case .at(let address) = signature { separate = try downloader.text(at: address) }
      let check = SignatureCheck(keyrings: location.keyrings, cancellation: cancellation)
      let result: SignatureCheck.Result
      do { result = try check.verify(text, signature: separate) } catch {
        throw .badSignature(file.shown, reason: "\(error)")
      }
      switch result {
      case .valid(let covered): (text, isSigned) = (covered, true)
      case .unavailable: break
      case .invalid(let reason): throw .badSignature(file.shown, reason: reason)
      }
    }
    let sums = ChecksumFile(String(decoding: text, as: UTF8.self))
    guard let digest = sums.digest(of: location.address.fileName) else {
      throw .unlisted(location.address.fileName, in: file.shown)
    }
    return (digest, isSigned)
  }

  private func download(
    _ expected: [ExpectedDigest], _ verified: String?
  ) throws(DownloadFailure) -> CacheEntry {
    let part = folder.partFolder + "/" + location.address.fileName
    do {
      try PrivateFolder.create(folder.partFolder)
      folder.recordSource(location.shown)
      let validators = try downloader.download(
        location.address, to: part, expectsImage: true
      ) { report(.downloading(done: $0, total: $1)) }
      do { return try add(part, validators, expected, verified) } catch {
        // The content is complete, and wrong: it must not be continued.
        if !cancellation.isCancelled {
          try? FileManager.default.removeItem(atPath: folder.partFolder)
        }
        throw error
      }
    } catch { throw failure(error, part: part) }
  }

  /// Verifies a complete download, decompresses it, and adds the image to the cache.
  private func add(
    _ part: String, _ validators: Downloader.Validators, _ expected: [ExpectedDigest],
    _ verified: String?
  ) throws -> CacheEntry {
    report(.verifying)
    let downloaded = try FileDigest.read(OpenFile(path: part), cancellation)
    let header = try OpenFile(path: part).read(at: 0, 512)
    let isArchive = CompressedImage.isArchive(header)
    // The digest may be that of the image in an archive.
    if !isArchive { try require(expected, downloaded, nil) }
    let image = isArchive ? try expand(part) : part
    let digest =
      isArchive ? try FileDigest.read(OpenFile(path: image), cancellation) : downloaded
    if isArchive { try require(expected, downloaded, digest) }
    let probe = try sound(image)
    return try folder.publish(
      image,
      { file, identity in
        CacheEntry(
          source: location.shown, address: location.address.shown, validators: validators,
          downloaded: downloaded, digest: digest, format: probe.format.rawValue, file: file,
          identity: identity, time: Date().timeIntervalSince1970, verified: verified)
      }, digest: digest)
  }

  private func require(
    _ expected: [ExpectedDigest], _ downloaded: FileDigest, _ image: FileDigest?
  ) throws(DownloadFailure) {
    for one in expected {
      if CacheEntry.matches(one, downloaded) { continue }
      if let image, CacheEntry.matches(one, image) { continue }
      if location.isLocal {
        throw .unfitImage(
          .digestMismatch(
            algorithm: one.algorithm, declared: one.digits,
            found: one.algorithm == "sha256" ? downloaded.sha256 : downloaded.sha512))
      }
      throw .wrongDigest(
        location.shown, algorithm: one.algorithm, expected: one.digits,
        found: one.algorithm == "sha256" ? downloaded.sha256 : downloaded.sha512,
        origin: location.declared.isEmpty
          ? "the publisher's checksum file" : ImageMessages.declaration)
    }
  }

  /// Probes an image, which must not name another file.
  private func sound(_ path: String) throws -> ImageProbe {
    let file = try OpenFile(path: path)
    let probe: ImageProbe
    do throws(StorageFailure) { probe = try ImageFile.probe(file, nil) } catch {
      guard takesRaw, error.isOfOpaqueContent else { throw error }
      probe = try ImageFile.probe(file, .raw)
    }
    return try ImageFile.requireSound(probe, file, cancellation)
  }

  /// Decompresses a download into its folder.
  ///
  /// - Returns: the path of the image.
  private func expand(_ part: String) throws -> String {
    let folder = self.folder.partFolder + "/.image"
    try? FileManager.default.removeItem(atPath: folder)
    try PrivateFolder.create(folder)
    let (shown, policy) = (location.shown, policy)
    do throws(CompressedImage.Failure) {
      return try CompressedImage.expand(
        part,
        { name throws(OutputFile.Failure) in
          let plain = name.map { $0.split(separator: "/").last.map(String.init) ?? "image" }
          return try OutputFile(
            path: folder + "/" + (plain ?? Self.withoutExtension(location.address.fileName)),
            keeping: 0, limit: policy.maximumSize, reserve: policy.reserve)
        },
        progress: { done in
          report(.decompressing(done: done))
          return !cancellation.isCancelled
        })
    } catch {
      switch error {
      case .damaged(let reason): throw DownloadFailure.damagedArchive(shown, reason: reason)
      case .empty: throw DownloadFailure.noSingleImage(shown, [])
      case .several(let names): throw DownloadFailure.noSingleImage(shown, names)
      case .output(.tooLarge(let limit)): throw DownloadFailure.tooLarge(shown, limit: limit)
      case .output(.full(let available)):
        throw DownloadFailure.full(folder, needed: nil, available: available)
      case .output(.system(let reason)):
        throw DownloadFailure.unusableCache(folder, reason: reason)
      case .cancelled: throw CancellationError()
      }
    }
  }

  /// Returns the name of a compressed file without its last extension.
  private static func withoutExtension(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "image" }
    return String(name[..<dot])
  }
}
