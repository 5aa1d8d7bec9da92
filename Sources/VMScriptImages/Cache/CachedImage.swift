import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// An image in the cache, or an unfinished download.
package struct CachedImage: Sendable {
  package let folder: CacheFolder
  /// The record; nil for an unfinished download without an earlier content.
  package let entry: CacheEntry?
  /// The `source` that it was first downloaded for, without credentials.
  package let source: String
  /// The bytes of an unfinished download; nil if there is none.
  package let part: Int64?
  /// The keys of the uploads that were made from it.
  package let keys: Set<String>
  /// The time of the last use, in seconds since 1970.
  package let lastUse: Double
  /// The space that it takes, in bytes.
  package let allocation: Int64

  /// Reads a folder.
  init(_ folder: CacheFolder, _ cancellation: BlockingWork.Cancellation) {
    self.folder = folder
    entry = folder.entry(cancellation)
    source = entry?.source ?? folder.source ?? "unknown"
    part = folder.part
    keys = folder.keys
    lastUse = folder.lastUse
    allocation = folder.allocation
  }

  /// Whether a text names it: its source, its address, or at least eight digits of its digest.
  func isNamed(_ text: String) -> Bool {
    let isDigest = text.utf8.count >= 8 && entry?.digest.sha256.hasPrefix(text.lowercased()) == true
    return isDigest || source == text || entry?.address == text
  }
}

extension ImageCache {
  /// Reads the images and the unfinished downloads of the cache.
  package func contents() async -> [CachedImage] {
    let folders = folders
    let found = try? await BlockingWork.run { cancellation in
      folders.map { CachedImage($0, cancellation) }
    }
    return (found ?? []).sorted {
      ($0.source, $0.folder.path) < ($1.source, $1.folder.path)
    }
  }

  /// Downloads an image into the cache, unless the cache has its present content.
  ///
  /// - Parameters:
  ///   - source: an address or a name of the catalogue.
  ///   - sha256: the expected digest; nil for none.
  ///   - sha512: the expected digest; nil for none.
  ///   - progress: receives the events of the download.
  /// - Returns: the image, and warnings.
  package func pull(
    _ source: String, sha256: String? = nil, sha512: String? = nil,
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) async throws(Diagnostic) -> (image: CachedImage, warnings: [Diagnostic]) {
    let name = ImageName.isName(source) ? source : (try? WebAddress(source))?.fileName
    var request = RemoteImageRequest(image: name ?? "image", source: source)
    (request.sha256, request.sha512) = (sha256, sha512)
    do throws(DownloadFailure) {
      let location = try ImageLocation(request) { () throws(DownloadFailure) in
        try Catalogue.standard()
      }
      let found = try await fetch(
        location, takesRaw: false, image: request.image, progress)
      let folder = folder(of: location.address)
      let image = CachedImage(folder, BlockingWork.Cancellation())
      return (
        image,
        found.stale.map { [ImageMessages.staleCopy(of: location.shown, because: $0, at: nil)] }
          ?? []
      )
    } catch { throw ImageMessages.diagnostic(error, at: nil) }
  }

  /// Returns the images of the cache that a text names.
  ///
  /// - Parameter text: a source, an address, or at least eight digits of a SHA-256.
  /// - Throws: VM0926 if there is none.
  package func images(named text: String) async throws(Diagnostic) -> [CachedImage] {
    let own = (try? WebAddress(text)).map { folder(of: $0) }
    let found = await contents().filter { $0.isNamed(text) || $0.folder == own }
    guard !found.isEmpty else { throw ImageMessages.notCached(MaskedAddress.text(text)) }
    return found
  }

  /// Removes an image with its unfinished download; leaves one that a run is using.
  ///
  /// - Returns: whether it was removed.
  package func remove(
    _ image: CachedImage, onlyPart: Bool = false
  ) throws(Diagnostic) -> Bool {
    do throws(DownloadFailure) { return try remove(image.folder, onlyPart: onlyPart) } catch {
      throw ImageMessages.diagnostic(error, at: nil)
    }
  }
}

extension Catalogue {
  /// The catalogue with the user's own entries.
  ///
  /// - Throws: VM0924 if the user's catalogue cannot be read.
  package static func read() throws(Diagnostic) -> Catalogue {
    do throws(DownloadFailure) { return try standard() } catch {
      throw ImageMessages.diagnostic(error, at: nil)
    }
  }
}
