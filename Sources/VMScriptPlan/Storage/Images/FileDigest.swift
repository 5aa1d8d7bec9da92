import Crypto
import Foundation

/// The properties of a file that change when its content does.
package struct FileIdentity: Hashable, Codable, Sendable {
  /// The absolute path, with symbolic links resolved.
  package let path: String
  package let device: UInt64
  let inode: UInt64
  /// The size in bytes.
  package let size: Int64
  /// Nanoseconds since 1970.
  package let modified: Int64
  /// The change time of the file's status in nanoseconds since 1970, which users cannot set.
  package let changed: Int64

  /// Reads the identity of the file at a path without opening it.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` if it is not a regular file.
  package init(path: String) throws(StorageFailure) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    var status = stat()
    guard stat(resolved, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    try self.init(path: resolved, status)
  }

  fileprivate init(path: String, _ status: stat) throws(StorageFailure) {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "not a regular file")
    }
    self.path = path
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// A regular file that is opened once, so that another file at its path has no effect.
package final class OpenFile: Sendable {
  private let file: OpenDescriptor
  /// The identity at the time of opening.
  package let identity: FileIdentity

  /// Opens a file for reading. Never blocks on a FIFO.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` if it is not a regular file, or the
  ///   user may not read it.
  package init(path: String) throws(StorageFailure) {
    // Opening a device can have side effects, so its type is checked first.
    let expected = try FileIdentity(path: path)
    let number = open(expected.path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard number != -1 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    file = OpenDescriptor(number)
    identity = try Self.identity(of: file, at: expected.path)
  }

  /// The descriptor, for a child process.
  package var descriptor: Int32 { file.number }

  /// Whether the file is unchanged since it was opened.
  package var isUnchanged: Bool {
    (try? Self.identity(of: file, at: identity.path)) == identity
  }

  /// The allocated size in bytes.
  package var allocation: Int64 {
    var status = stat()
    return fstat(file.number, &status) == 0 ? Int64(status.st_blocks) * 512 : identity.size
  }

  /// Reads bytes from an offset, fewer at the end of the file.
  package func read(at offset: UInt64, _ count: Int) throws(StorageFailure) -> [UInt8] {
    guard let start = off_t(exactly: offset) else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        // SAFETY: `count - done` bytes remain from there to the end of the buffer.
        pread(
          file.number, buffer.baseAddress?.advanced(by: done), count - done, start + off_t(done))
      }
      if result == -1, errno == EINTR { continue }
      guard result != -1 else {
        throw .unreadable(path: identity.path, reason: String(cString: strerror(errno)))
      }
      if result == 0 { break }
      done += result
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// Calls `body` with all bytes, a mebibyte at a time, and the offset of each chunk.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if the file changed meanwhile, and errors of
  ///   `body`.
  package func readAll(_ body: (_ offset: Int64, _ chunk: [UInt8]) throws -> Void) throws {
    var offset: Int64 = 0
    while case let chunk = try read(at: UInt64(offset), 1 << 20), !chunk.isEmpty {
      try body(offset, chunk)
      offset += Int64(chunk.count)
    }
    guard offset == identity.size, isUnchanged else { throw StorageFailure.changedWhileRead }
  }

  private static func identity(
    of file: OpenDescriptor, at path: String
  ) throws(StorageFailure) -> FileIdentity {
    var status = stat()
    guard fstat(file.number, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    return try FileIdentity(path: path, status)
  }
}

/// The digests of a file's content, in lower-case hexadecimal digits.
public struct FileDigest: Hashable, Codable, Sendable {
  /// 64 digits.
  public let sha256: String
  /// 128 digits.
  public let sha512: String

  /// Digests a file, or returns the digests from `cache` if the file is unchanged.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - cache: keeps digests of unchanged files; nil for none.
  ///   - progress: called periodically with the bytes read so far and the total.
  /// - Throws: ``StorageFailure`` if it cannot be read or changes meanwhile; `CancellationError`.
  public static func of(
    _ path: String, cache: DigestCache?,
    progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
  ) async throws -> FileDigest {
    try await BlockingWork.run { cancellation in
      let file = try OpenFile(path: path)
      if let known = cache?.digest(of: file.identity) { return known }
      let digest = try read(file, cancellation, progress)
      cache?.store(digest, of: file.identity)
      return digest
    }
  }

  /// Digests a file and compares it with the declared digests. A cached digest that does not match
  /// is dropped and computed again.
  ///
  /// - Throws: the errors of ``of(_:cache:progress:)`` and ``check(sha256:sha512:)``.
  package static func of(
    _ path: String, sha256: String?, sha512: String?, cache: DigestCache?,
    progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> FileDigest {
    let found = try await of(path, cache: cache, progress: progress)
    do throws(StorageFailure) {
      try found.check(sha256: sha256, sha512: sha512)
      return found
    } catch {
      guard let cache, cache.digest(of: try FileIdentity(path: path)) != nil else { throw error }
      cache.drop(path)
      let again = try await of(path, cache: cache, progress: progress)
      try again.check(sha256: sha256, sha512: sha512)
      return again
    }
  }

  /// Compares with the declared digests, ignoring case.
  ///
  /// - Throws: a failure with both digests where they differ.
  public func check(sha256 declared256: String?, sha512 declared512: String?) throws(StorageFailure)
  {
    for (algorithm, declared, found) in [
      ("sha256", declared256, sha256), ("sha512", declared512, sha512),
    ] {
      if let declared, declared.lowercased() != found {
        throw .digestMismatch(algorithm: algorithm, declared: declared, found: found)
      }
    }
  }

  /// Digests an open file on the calling thread.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if it changes meanwhile; `CancellationError`.
  package static func read(
    _ file: OpenFile, _ cancellation: BlockingWork.Cancellation,
    _ progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> FileDigest {
    var short = SHA256()
    var long = SHA512()
    try file.readAll { offset, chunk in
      try cancellation.check()
      short.update(data: chunk)
      long.update(data: chunk)
      progress(offset + Int64(chunk.count), file.identity.size)
    }
    return FileDigest(
      sha256: Hexadecimal.text(short.finalize()), sha512: Hexadecimal.text(long.finalize()))
  }
}

/// A cache of file digests, one small file each. Losing it costs only time, so its failures are
/// not reported.
public struct DigestCache: Sendable {
  private struct Entry: Codable {
    let file: FileIdentity
    let digest: FileDigest
  }

  private let folder: String
  private let settling: Double

  /// Creates a cache in `folder`, which is created on first use.
  ///
  /// - Parameters:
  ///   - folder: the folder of the digests.
  ///   - settling: the minimum age in seconds of a file's last change before its digest is stored.
  ///     A younger file may change again within the resolution of its time stamps.
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

  /// Removes the digest of the file at a path, which proved to be wrong.
  package func drop(_ path: String) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    try? FileManager.default.removeItem(atPath: entry(resolved))
  }

  private func entry(_ path: String) -> String {
    let name = Hexadecimal.text(SHA256.hash(data: Array(path.utf8)).prefix(16))
    return "\(folder)/\(name).json"
  }
}

/// The identity of an uploaded image: its content and how it is stored.
public struct ImageKey: Hashable, Sendable {
  /// The first 16 hexadecimal digits of a SHA-256 over content digest, format and layout.
  public let text: String

  /// Creates the key of a source with this SHA-256 (hexadecimal), stored in `format`.
  ///
  /// - Parameters:
  ///   - sha256: the digest of the source, as hexadecimal digits.
  ///   - format: the format of the volume, such as `qcow2`.
  ///   - size: the declared virtual size in bytes; nil keeps the source's.
  ///   - options: the layout options of `qemu-img`; none for its defaults.
  public init(sha256: String, format: String, size: Int64?, options: [String] = []) {
    let fields =
      ["vmscript image", sha256.lowercased(), format, size.map(String.init) ?? ""] + options
    let digest = SHA256.hash(data: Array(fields.joined(separator: "\0").utf8))
    text = Hexadecimal.text(digest.prefix(8))
  }

  /// Creates the key that the name of a volume contains.
  package init(text: String) { self.text = text }
}
