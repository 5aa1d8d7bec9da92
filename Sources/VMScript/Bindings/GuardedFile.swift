import Foundation

/// The reason why a file cannot be read, in a few words.
public struct FileFailure: Error, Sendable {
  /// The reason, without a full stop.
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Regular files of this machine, read so that no file can block or exhaust the process.
///
///     let bytes = try GuardedFile.read(
///       "/etc/hostname", bounds: ReadBounds(maximumBytes: 1 << 20))
///
/// A pipe, a device or a socket is refused without being opened, because opening one can block or
/// have side effects. A file may grow during the read, or be larger than its reported size: the
/// read never exceeds the bounds.
public enum GuardedFile {
  /// The largest file in bytes, whatever the bounds.
  public static let maximumSize = 1 << 28

  /// Returns the bytes of a regular file.
  ///
  /// - Parameters:
  ///   - path: a path, relative to the working folder or absolute.
  ///   - name: the name of the file in messages; nil for the path.
  ///   - bounds: bounds of the read.
  /// - Throws: ``FileFailure`` if the file does not exist or cannot be read; ``OutOfBounds`` if the
  ///   bounds end the read.
  public static func read(
    _ path: String, named name: String? = nil, bounds: ReadBounds = ReadBounds()
  ) throws -> [UInt8] {
    let name = name ?? path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw FileFailure("this is not a path of a file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(errno, name) }
    try requireRegular(status, name)
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, name) }
    return try read(descriptor, named: name, bounds: bounds)
  }

  /// Returns the rest of an open file, and closes it in any case.
  ///
  /// - Parameters:
  ///   - descriptor: an open file.
  ///   - name: the name of the file in messages.
  ///   - bounds: bounds of the read.
  ///   - takesStreams: whether to read pipes and the like too, to their end.
  /// - Throws: ``FileFailure`` if the file cannot be read; ``OutOfBounds`` if the bounds end the
  ///   read.
  public static func read(
    _ descriptor: Int32, named name: String, bounds: ReadBounds = ReadBounds(),
    takesStreams: Bool = false
  ) throws -> [UInt8] {
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, name) }
    if !takesStreams || status.st_mode & S_IFMT == S_IFDIR { try requireRegular(status, name) }
    let limit = min(maximumSize, bounds.maximumBytes)
    func requireSize(_ count: Int) throws {
      guard count > limit else { return }
      if limit < maximumSize { throw OutOfBounds() }
      throw FileFailure("\(name) has more than \(ByteSize(bytes: Int64(maximumSize)))")
    }
    // A reported size above the limit saves the read; a smaller one proves nothing.
    if status.st_mode & S_IFMT == S_IFREG { try requireSize(Int(status.st_size)) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if bounds.isInterrupted() { throw OutOfBounds() }
      // SAFETY: the call writes at most the bytes that the array has.
      let count = Foundation.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno, name) }
      if count == 0 { return bytes }
      try requireSize(bytes.count + count)
      bytes += piece[..<count]
    }
  }

  private static func requireRegular(_ status: stat, _ name: String) throws(FileFailure) {
    let kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: nil as String?
      case S_IFDIR: "a folder"
      case S_IFIFO: "a pipe"
      case S_IFSOCK: "a socket"
      default: "a device"
      }
    if let kind { throw FileFailure("\(name) is \(kind), not a file") }
  }

  /// Returns the failure for an error number of the system.
  static func failure(_ number: Int32, _ name: String) -> FileFailure {
    switch number {
    case ENOENT, ENOTDIR: FileFailure("there is no file \(name)")
    case EACCES, EPERM: FileFailure("\(name) cannot be read by this user")
    case ELOOP: FileFailure("\(name) has too many symbolic links in its path")
    case ENAMETOOLONG: FileFailure("\(name) is too long for a path")
    case EAGAIN: FileFailure("\(name) has no data to read")
    // SAFETY: the text is copied before another call can change it.
    default: FileFailure("\(name) cannot be read: \(String(cString: strerror(number)))")
    }
  }
}

/// Bounds of a read or a conversion, which keep its size and time within the limits of the
/// evaluation.
public struct ReadBounds: Sendable {
  /// The largest size of the result, in bytes.
  public var maximumBytes: Int
  /// Whether the evaluation has ended: it was cancelled, or its time is over.
  public var isInterrupted: @Sendable () -> Bool

  /// Creates bounds of a read.
  public init(
    maximumBytes: Int = GuardedFile.maximumSize,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.maximumBytes = maximumBytes
    self.isInterrupted = isInterrupted
  }
}

/// The error of a read whose result is larger than its bounds, or takes longer.
public struct OutOfBounds: Error, Sendable {}

/// Counts the memory of the values that a reader is about to create.
struct ReadingBudget {
  private let bounds: ReadBounds
  private var used = 0
  private var count = 0

  init(_ bounds: ReadBounds) { self.bounds = bounds }

  /// Counts one value.
  mutating func take(_ bytes: Int) throws(OutOfBounds) {
    used += bytes
    count += 1
    if used > bounds.maximumBytes || (count & 0x3FF == 0 && bounds.isInterrupted()) {
      throw OutOfBounds()
    }
  }

  /// Counts an element of a list, or a list or map itself.
  mutating func takeElement() throws(OutOfBounds) { try take(2 * MemoryLayout<Value>.stride) }

  /// Counts an entry of a map.
  mutating func takeEntry(_ key: String) throws(OutOfBounds) {
    try take(6 * MemoryLayout<Value>.stride + key.utf8.count)
  }
}
