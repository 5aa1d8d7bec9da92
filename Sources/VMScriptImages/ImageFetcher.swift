import Foundation
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The images of a run by address and by name, from the cache of the user.
///
/// A run downloads the missing images before it shows its plan, because the plan depends on their
/// content. The command `plan` downloads nothing, because a user expects it to be quick. It requests
/// the headers only, and treats the content of an image that is not in the cache as unknown.
package actor ImageFetcher: RemoteImages {
  private let cache: ImageCache
  private let downloads: Bool
  private let progress: @Sendable (ProgressEvent) -> Void
  private let memory: ImageMemory
  /// The images that were resolved. A run plans several times, and each image stays the same.
  private var known: [RemoteImageRequest: Task<Result<RemoteImage, Diagnostic>, Never>] = [:]
  private var folders: [RemoteImageRequest: CacheFolder] = [:]
  /// The folder of the media that are made from files, removed with this access.
  private var media: PrivateFolder?

  /// Creates an access to images.
  ///
  /// - Parameters:
  ///   - downloads: whether missing images are downloaded.
  ///   - memory: the images that earlier entries of a session resolved.
  package init(
    cache: ImageCache = .standard(), downloads: Bool, memory: ImageMemory = ImageMemory(),
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) {
    self.memory = memory
    self.cache = cache
    self.downloads = downloads
    self.progress = progress
  }

  package func image(
    _ request: RemoteImageRequest, at span: Span
  ) async throws(Diagnostic) -> RemoteImage {
    let task: Task<Result<RemoteImage, Diagnostic>, Never>
    if let present = known[request] {
      task = present
    } else if let present = memory[request] {
      return present
    } else {
      task = Task {
        do throws(DownloadFailure) { return .success(try await resolve(request, span)) } catch {
          return .failure(ImageMessages.diagnostic(error, at: span))
        }
      }
      known[request] = task
    }
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    let image = try result.get()
    memory.remember(image, for: request)
    return image
  }

  package func unpacked(
    _ request: RemoteImageRequest, at span: Span
  ) async throws(Diagnostic) -> RemoteImage {
    do throws(DownloadFailure) {
      let location = try ImageLocation(file: request)
      folders[request] = cache.folder(of: location.address)
      let entry = try await cache.unpack(location, takesRaw: request.takesRaw, progress)
      let path = cache.folder(of: location.address).file(of: entry)
      return .file(path: path, digest: entry.digest, warnings: [])
    } catch { throw ImageMessages.diagnostic(error, at: span) }
  }

  package func medium(
    _ files: [SeedFile], label: String, at span: Span
  ) async throws(Diagnostic) -> String? {
    do throws(StorageFailure) {
      let folder: PrivateFolder
      if let media { folder = media } else { folder = try PrivateFolder() }
      media = folder
      let path = folder.file("\(SeedFile.digest(of: files))-\(label).iso")
      guard !FileManager.default.fileExists(atPath: path) else { return path }
      let image = try ISOImage.build(files, label: label)
      guard
        FileManager.default.createFile(
          atPath: path, contents: Data(image), attributes: [.posixPermissions: 0o600])
      else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
      return path
    } catch { throw StorageMessages.diagnostic(error, at: span) }
  }

  package func record(_ key: ImageKey, of request: RemoteImageRequest) async {
    guard downloads, let folder = folders[request] else { return }
    folder.recordUse(key.text)
  }

  private func resolve(
    _ request: RemoteImageRequest, _ span: Span
  ) async throws(DownloadFailure) -> RemoteImage {
    let location = try ImageLocation(request) { () throws(DownloadFailure) in
      try Catalogue.standard()
    }
    let folder = cache.folder(of: location.address)
    folders[request] = folder
    let outcome: ImageFetch.Outcome
    if downloads {
      let found = try await cache.fetch(
        location, takesRaw: request.takesRaw, image: request.image, progress)
      outcome = .cached(found.entry, stale: found.stale)
    } else {
      outcome = try await cache.look(location)
    }
    switch outcome {
    case .needed(let size, let isChanged): return .pending(size: size, isChanged: isChanged)
    case .cached(let entry, let stale):
      let warnings = stale.map {
        [ImageMessages.staleCopy(of: location.shown, because: $0, at: span)]
      }
      return .file(path: folder.file(of: entry), digest: entry.digest, warnings: warnings ?? [])
    }
  }
}

/// The images on this machine that a session has resolved. Their servers are asked once.
package final class ImageMemory: Sendable {
  private let files = Mutex<[RemoteImageRequest: RemoteImage]>([:])

  package init() {}

  subscript(request: RemoteImageRequest) -> RemoteImage? { files.withLock { $0[request] } }

  func remember(_ image: RemoteImage, for request: RemoteImageRequest) {
    guard case .file(let path, let digest, _) = image else { return }
    // A warning is reported once.
    files.withLock { $0[request] = .file(path: path, digest: digest, warnings: []) }
  }
}

extension ImageCache {
  /// Determines whether the cached image can be used; changes nothing.
  func look(_ location: ImageLocation) async throws(DownloadFailure) -> ImageFetch.Outcome {
    let (folder, policy) = (folder(of: location.address), policy)
    return try await Self.blocking(location) { cancellation in
      try ImageFetch(
        location: location, folder: folder, policy: policy, takesRaw: false,
        cancellation: cancellation, report: { _ in }
      ).look()
    }
  }

  /// Returns an image, and downloads it if the cache does not have it.
  ///
  /// - Parameters:
  ///   - takesRaw: whether content that is not recognised as an image is accepted as a raw disk.
  ///   - image: the name for progress.
  ///   - progress: receives the events of a download; none if the image is cached.
  func fetch(
    _ location: ImageLocation, takesRaw: Bool, image: String,
    _ progress: @escaping @Sendable (ProgressEvent) -> Void
  ) async throws(DownloadFailure) -> (entry: CacheEntry, stale: DownloadFailure?) {
    let (folder, policy) = (folder(of: location.address), policy)
    return try await Self.blocking(location) { cancellation in
      let reporter = DownloadReporter(image, from: location.shown, progress)
      let fetch = ImageFetch(
        location: location, folder: folder, policy: policy, takesRaw: takesRaw,
        cancellation: cancellation, report: reporter.report)
      do {
        let found = try fetch.fetch()
        reporter.finish(size: found.entry.size)
        return found
      } catch {
        reporter.fail()
        throw error
      }
    }
  }

  /// Returns the image in a compressed file of this machine.
  func unpack(
    _ location: ImageLocation, takesRaw: Bool,
    _ progress: @escaping @Sendable (ProgressEvent) -> Void
  ) async throws(DownloadFailure) -> CacheEntry {
    let (folder, policy) = (folder(of: location.address), policy)
    return try await Self.blocking(location) { cancellation in
      try ImageFetch(
        location: location, folder: folder, policy: policy, takesRaw: takesRaw,
        cancellation: cancellation,
        report: { step in
          if case .verifying = step { progress(.waiting("the unpacking of \(location.shown)")) }
        }
      ).unpack(location.shown)
    }
  }

  /// Runs blocking work outside the cooperative pool.
  private static func blocking<T: Sendable>(
    _ location: ImageLocation, _ work: @escaping @Sendable (BlockingWork.Cancellation) throws -> T
  ) async throws(DownloadFailure) -> T {
    do { return try await BlockingWork.run(work) } catch {
      throw (error as? DownloadFailure) ?? .cancelled(location.shown, kept: 0)
    }
  }
}

/// The events of one download, at most ten a second.
private final class DownloadReporter {
  private let image: String
  private let address: String
  private let progress: @Sendable (ProgressEvent) -> Void
  private var isStarted = false
  private var next = ContinuousClock.now

  init(
    _ image: String, from address: String, _ progress: @escaping @Sendable (ProgressEvent) -> Void
  ) {
    (self.image, self.address, self.progress) = (image, address, progress)
  }

  func report(_ step: ImageFetch.Step) {
    if case .waiting = step { return progress(.waiting("another download of \(address)")) }
    let isNew = !isStarted
    if isNew { progress(.downloadStarted(image: image, from: address)) }
    isStarted = true
    let now = ContinuousClock.now
    let (phase, done, total): (String, Int64, Int64) =
      switch step {
      case .waiting: ("waiting", 0, 0)
      case .downloading(let done, let total): ("downloading", done, total ?? 0)
      case .verifying: ("verifying", 0, 0)
      case .decompressing(let done): ("decompressing", done, 0)
      }
    guard isNew || now >= next || phase == "verifying" else { return }
    next = now + .milliseconds(100)
    progress(.downloadAdvanced(image: image, phase: phase, done: done, total: total))
  }

  func finish(size: Int64) {
    if isStarted { progress(.downloadFinished(image: image, size: size)) }
  }

  func fail() {
    if isStarted { progress(.downloadFailed(image: image)) }
  }
}
