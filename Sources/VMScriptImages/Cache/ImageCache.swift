import Crypto
import Foundation
import VMScriptPlan

/// The cache of downloaded images of a user, with a folder for each address.
package struct ImageCache: Sendable {
  /// The folder of the cache, created on first use.
  package let path: String
  package var policy: DownloadPolicy

  package init(path: String, policy: DownloadPolicy = DownloadPolicy()) {
    self.path = path
    self.policy = policy
  }

  /// The user's own cache: `$XDG_CACHE_HOME/vmscript/images`, else `~/.cache/vmscript/images`.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> ImageCache {
    let declared = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let base = declared ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return ImageCache(
      path: base + "/vmscript/images", policy: DownloadPolicy(environment: environment))
  }

  /// Returns the folder of an address, whether it exists or not.
  func folder(of address: WebAddress) -> CacheFolder {
    let digest = SHA256.hash(data: Array(address.text.utf8))
    return CacheFolder(path: path + "/" + Hexadecimal.text(digest.prefix(12)))
  }

  /// The folders of all addresses, by name.
  package var folders: [CacheFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.utf8.count == 24 && $0.allSatisfy(\.isHexDigit) }.sorted().map {
      CacheFolder(path: path + "/" + $0)
    }
  }

  /// Removes a folder, or only its unfinished download.
  ///
  /// - Returns: whether it was removed; false if a run is using it.
  package func remove(_ folder: CacheFolder, onlyPart: Bool = false) throws(DownloadFailure) -> Bool
  {
    do {
      guard let lock = try FolderLock.take(folder.path) else { return false }
      defer { withExtendedLifetime(lock) {} }
      try FileManager.default.removeItem(atPath: onlyPart ? folder.partFolder : folder.path)
      return true
    } catch {
      throw .unusableCache(folder.path, reason: Self.reason(error))
    }
  }

  static func reason(_ error: any Error) -> String {
    switch error {
    case OutputFile.Failure.system(let reason): reason
    case StorageFailure.unreadable(_, let reason): reason
    default: (error as NSError).localizedDescription
    }
  }
}
