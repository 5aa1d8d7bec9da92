import Foundation
import VMScriptPlan

/// The folder of one address in the cache.
///
/// `entry.json` is the record of the image, which is in a folder named after its content. `part`
/// holds an unfinished download; only a rename moves a complete and verified file out of it.
package struct CacheFolder: Sendable, Hashable {
  package let path: String

  /// The folder of the cache.
  var parent: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
  private var record: String { path + "/entry.json" }
  private var sourceFile: String { path + "/source" }
  private var keysFile: String { path + "/keys" }
  /// The folder of an unfinished download.
  var partFolder: String { path + "/part" }

  /// The path of the image of an entry.
  package func file(of entry: CacheEntry) -> String { path + "/" + entry.file }

  /// The record of the image, if its file is present and has its recorded content.
  ///
  /// - Parameter cancellation: aborts the digest of a file that was touched.
  package func entry(_ cancellation: BlockingWork.Cancellation) -> CacheEntry? {
    guard let data = FileManager.default.contents(atPath: record),
      let entry = try? JSONDecoder().decode(CacheEntry.self, from: data),
      !entry.file.hasPrefix("/"), !entry.file.contains(".."),
      let identity = try? FileIdentity(path: file(of: entry))
    else { return nil }
    if identity == entry.identity { return entry }
    // The cache may have been moved or restored: only the content counts.
    guard identity.size == entry.size, let file = try? OpenFile(path: file(of: entry)),
      let digest = try? FileDigest.read(file, cancellation), digest == entry.digest
    else { return nil }
    return entry
  }

  /// The `source` of the first download, without credentials, also if it is not finished.
  package var source: String? { try? String(contentsOfFile: sourceFile, encoding: .utf8) }

  /// Records the `source` of a download that begins.
  func recordSource(_ shown: String) {
    guard source == nil else { return }
    try? DurableFolder.write(Data(shown.utf8), to: sourceFile)
  }

  /// The keys of the uploads that were made from the image, on any host.
  package var keys: Set<String> {
    let text = (try? String(contentsOfFile: keysFile, encoding: .utf8)) ?? ""
    return Set(text.split(whereSeparator: \.isNewline).map(String.init))
  }

  /// The time of the last use in seconds since 1970.
  package var lastUse: Double {
    var status = stat()
    for path in [keysFile, record, path] where stat(path, &status) == 0 {
      return Double(status.st_mtim.tv_sec)
    }
    return 0
  }

  /// Records a use of the image, and the key of an upload. Failures only make a later cleaning
  /// less exact, so they are not reported.
  func recordUse(_ key: String?) {
    let number = open(keysFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { return }
    defer { close(number) }
    if let key, !keys.contains(key) {
      let line = Array((key + "\n").utf8)
      _ = write(number, line, line.count)
    }
    futimens(number, nil)
  }

  /// Moves a verified image into place, and makes it the image of the folder.
  func publish(
    _ image: String, _ entry: (_ file: String, FileIdentity) -> CacheEntry, digest: FileDigest
  ) throws -> CacheEntry {
    // Only the cache's own files are moved.
    guard image.hasPrefix(partFolder + "/") else { throw StorageFailure.changedWhileRead }
    let name = image.split(separator: "/").last.map(String.init) ?? "image"
    let content = "content-\(digest.sha256.prefix(16))"
    try PrivateFolder.create(path + "/" + content)
    try DurableFolder.move(image, to: "\(path)/\(content)/\(name)")
    let identity = try FileIdentity(path: "\(path)/\(content)/\(name)")
    let entry = entry("\(content)/\(name)", identity)
    try DurableFolder.write(JSONEncoder().encode(entry), to: record)
    recordUse(nil)
    removeEarlierContents(than: entry, olderThan: 86_400)
    try? FileManager.default.removeItem(atPath: partFolder)
    return entry
  }

  /// Removes earlier contents, which another run may still upload if they are young.
  func removeEarlierContents(than entry: CacheEntry?, olderThan seconds: Double) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let current = entry.map { $0.file.prefix { $0 != "/" } }
    for name in names where name.hasPrefix("content-") && name != current.map(String.init) {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      let age = (attributes?[.modificationDate] as? Date).map { -$0.timeIntervalSinceNow }
      if (age ?? 0) >= seconds { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }
    }
  }

  /// Removes the folder if it holds neither an image nor a part of a download.
  func removeIfEmpty() {
    guard !FileManager.default.fileExists(atPath: record), (part ?? 0) == 0 else { return }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The space that the folder takes, in bytes.
  package var allocation: Int64 {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.reduce(0) { sum, name in
      var status = stat()
      return lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        ? sum + Int64(status.st_blocks) * 512 : sum
    }
  }

  /// The bytes of an unfinished download; nil if there is none.
  package var part: Int64? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: partFolder) else {
      return nil
    }
    let files = names.filter { !names.contains(String($0.dropLast(5))) || !$0.hasSuffix(".json") }
    return files.map { Downloader.length(of: "\(partFolder)/\($0)") }.max()
  }
}
