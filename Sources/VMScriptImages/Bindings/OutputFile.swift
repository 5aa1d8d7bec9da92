import Foundation

/// A file that is written from a start, with a bound on its size and on the space that it takes.
final class OutputFile {
  /// The reason why bytes were not written.
  enum Failure: Error, Hashable {
    /// The file would exceed the limit in bytes.
    case tooLarge(Int64)
    /// The file system is full; the free space in bytes.
    case full(available: Int64)
    /// The system's own message.
    case system(String)
  }

  let path: String
  /// The length in bytes, with holes.
  private(set) var length: Int64
  private let descriptor: Int32
  private let limit: Int64
  private let reserve: Int64
  /// The bytes that may be written before the free space is read again.
  private var allowance = 0

  /// Opens a file, and creates it closed to other users.
  ///
  /// - Parameters:
  ///   - start: the length to keep; the rest is cut off.
  ///   - limit: the maximum of the length.
  ///   - reserve: the part of the free space that stays free.
  init(path: String, keeping start: Int64, limit: Int64, reserve: Int64) throws(Failure) {
    let number = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw Self.failure(at: path) }
    guard ftruncate(number, off_t(start)) == 0, lseek(number, off_t(start), SEEK_SET) >= 0 else {
      let failure = Self.failure(at: path)
      close(number)
      throw failure
    }
    (self.path, length, descriptor) = (path, start, number)
    (self.limit, self.reserve) = (limit, reserve)
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    guard Int64(bytes.count) <= limit - length else { throw .tooLarge(limit) }
    try requireRoom(for: bytes.count)
    var done = 0
    while done < bytes.count {
      // SAFETY: the first `done` bytes are written; the range is checked.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count == -1, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(at: path) }
      done += count
      length += Int64(count)
    }
  }

  /// Appends bytes at an offset behind the end; the gap and blocks of zeros become holes.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(Failure) {
    guard offset >= length else { throw .system("the archive is out of order") }
    guard Int64(bytes.count) <= limit - min(offset, limit) else { throw .tooLarge(limit) }
    length = offset
    var rest = bytes[...]
    while !rest.isEmpty {
      let block = rest.prefix(Self.block)
      if block.allSatisfy({ $0 == 0 }) {
        length += Int64(block.count)
      } else {
        guard lseek(descriptor, off_t(length), SEEK_SET) >= 0 else { throw Self.failure(at: path) }
        try write(UnsafeRawBufferPointer(rebasing: block))
      }
      rest = rest.dropFirst(block.count)
    }
  }

  /// Sets the length, if the last bytes are a hole, and waits until the content is on the disk.
  func finish(length whole: Int64? = nil) throws(Failure) {
    length = max(length, whole ?? 0)
    guard length <= limit else { throw .tooLarge(limit) }
    guard ftruncate(descriptor, off_t(length)) == 0, fsync(descriptor) == 0 else {
      throw Self.failure(at: path)
    }
  }

  /// Reads the free space of the file system of a path, in bytes.
  static func room(at path: String) -> Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return .max }
    let (bytes, overflow) = Int64(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }

  private static let block = 65_536
  /// The number of bytes between two readings of the free space.
  private static let interval = 4 << 20

  private func requireRoom(for count: Int) throws(Failure) {
    if allowance < count {
      let room = Self.room(at: path)
      guard room - reserve >= Int64(count) else { throw .full(available: max(0, room)) }
      allowance = Int(clamping: min(room - reserve, Int64(max(count, Self.interval))))
    }
    allowance -= count
  }

  private static func failure(at path: String) -> Failure {
    let number = errno
    guard [ENOSPC, EDQUOT, EFBIG].contains(number) else {
      return .system(String(cString: strerror(number)))
    }
    return .full(available: number == ENOSPC ? 0 : room(at: path))
  }
}
