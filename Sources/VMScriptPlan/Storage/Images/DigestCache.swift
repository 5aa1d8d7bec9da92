import Crypto
import Foundation

/// The digests of files that were read before, one small file each. Losing it costs time only, so no
/// failure of it is reported.
public struct DigestCache: Sendable {
  private struct Entry: Codable {
    let file: FileIdentity
    let digest: FileDigest
  }

  private let folder: String
  private let settling: Double

  /// A cache in `folder`, which is made when first needed.
  ///
  /// - Parameters:
  ///   - folder: where the digests are kept.
  ///   - settling: seconds after the last change of a file until its digest is kept: it may change again
  ///     within the resolution of its time stamps.
  public init(folder: String, settling: Double = 2) {
    self.folder = folder
    self.settling = settling
  }

  /// The user's own cache: `$XDG_CACHE_HOME/vmscript`, else `~/.cache/vmscript`.
  public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment)
    -> DigestCache
  {
    let declared = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let base = declared ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    return DigestCache(folder: base + "/vmscript/digests")
  }

  package func digest(of file: FileIdentity) -> FileDigest? {
    guard let data = FileManager.default.contents(atPath: entry(file.path)),
      let entry = try? JSONDecoder().decode(Entry.self, from: data), entry.file == file
    else { return nil }
    return entry.digest
  }

  package func store(_ digest: FileDigest, of file: FileIdentity) {
    let last = Double(max(file.modified, file.changed)) / 1e9
    guard Date().timeIntervalSince1970 - last > settling,
      let data = try? JSONEncoder().encode(Entry(file: file, digest: digest))
    else { return }
    try? PrivateFolder.create(folder)
    try? data.write(to: URL(fileURLWithPath: entry(file.path)), options: .atomic)
  }

  /// Forgets the digest of the file at a path, which turned out to be wrong.
  package func drop(_ path: String) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    try? FileManager.default.removeItem(atPath: entry(resolved))
  }

  private func entry(_ path: String) -> String {
    let name = Hexadecimal.text(SHA256.hash(data: Array(path.utf8)).prefix(16))
    return "\(folder)/\(name).json"
  }
}
