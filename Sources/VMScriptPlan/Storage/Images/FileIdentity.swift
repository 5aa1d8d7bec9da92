import Foundation

/// The properties of a file that change when its content does.
package struct FileIdentity: Hashable, Codable, Sendable {
  /// Absolute, symbolic links resolved.
  package let path: String
  package let device: UInt64
  let inode: UInt64
  /// In bytes.
  package let size: Int64
  /// Nanoseconds since 1970.
  package let modified: Int64
  /// Nanoseconds since 1970: the change of the file's status, which nobody can set back.
  package let changed: Int64

  /// The identity of the file that is at a path now; opens nothing.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` for what is no regular file.
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

/// A regular file that is opened once, so that no other file can take its place at its path.
package final class OpenFile: Sendable {
  private let file: OpenDescriptor
  /// The identity at the time of opening.
  package let identity: FileIdentity

  /// Opens a file for reading; never waits for the other end of a FIFO.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` for what is no regular file or not the user's
  ///   to read.
  package init(path: String) throws(StorageFailure) {
    // Opening a device may have effects, so nothing is opened before it is looked at.
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

  /// Whether the file is as it was when it was opened.
  package var isUnchanged: Bool {
    (try? Self.identity(of: file, at: identity.path)) == identity
  }

  /// The bytes on the disk that it takes.
  package var allocation: Int64 {
    var status = stat()
    return fstat(file.number, &status) == 0 ? Int64(status.st_blocks) * 512 : identity.size
  }

  /// Reads bytes from an offset on, fewer where the file ends.
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

  /// Hands all bytes to `body`, a mebibyte at a time, with the offset of the first one.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if the file is not what it was at the end, and what
  ///   `body` throws.
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
