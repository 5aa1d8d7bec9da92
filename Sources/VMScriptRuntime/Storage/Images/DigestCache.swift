import Crypto
import Foundation

/// Digests of files that were read before, one small file each. Losing it costs time only, so no
/// failure of it is reported.
public struct DigestCache: Sendable {
  private struct Entry: Codable {
    let file: FileIdentity
    let digest: FileDigest
  }

  private let folder: URL

  /// A cache in `folder`, which is made when first needed.
  public init(folder: String) { self.folder = URL(fileURLWithPath: folder) }

  /// The user's own cache: `$XDG_CACHE_HOME/vmscript`, else `~/.cache/vmscript`.
  public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment)
    -> DigestCache
  {
    let declared = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let base = declared ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return DigestCache(folder: base + "/vmscript/digests")
  }

  func digest(of file: FileIdentity) -> FileDigest? {
    guard let data = try? Data(contentsOf: entry(file)),
      let entry = try? JSONDecoder().decode(Entry.self, from: data), entry.file == file
    else { return nil }
    return entry.digest
  }

  func store(_ digest: FileDigest, of file: FileIdentity) {
    // A file written a moment ago may change again within the resolution of its time stamp.
    guard Date().timeIntervalSince1970 - file.modified > 2,
      let data = try? JSONEncoder().encode(Entry(file: file, digest: digest))
    else { return }
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try? data.write(to: entry(file), options: .atomic)
  }

  private func entry(_ file: FileIdentity) -> URL {
    let name = Hexadecimal.text(SHA256.hash(data: Array(file.path.utf8)).prefix(16))
    return folder.appendingPathComponent(name + ".json")
  }
}
