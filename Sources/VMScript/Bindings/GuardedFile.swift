import Foundation

/// Why a file cannot be read, in a few words.
public struct FileFailure: Error, Sendable {
  /// The words, without a full stop.
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Regular files of this machine, read so that no file can hold up or fill up the process.
///
///     let bytes = try GuardedFile.read(
///       "/etc/hostname", bounds: ReadBounds(maximumBytes: 1 << 20))
///
/// A pipe, a device or a socket is refused without being opened: opening alone can block, or have an
/// effect. A file may grow, or be larger than it says, while it is read: no more than the bound is
/// taken.
public enum GuardedFile {
  /// Bytes that a file may have, whatever the bounds.
  public static let maximumSize = 1 << 28

  /// The bytes of a regular file.
  ///
  /// - Parameters:
  ///   - path: relative to the working folder, or absolute.
  ///   - name: what messages call it; nil is the path.
  ///   - bounds: bounds of the read.
  /// - Throws: ``FileFailure`` where there is no such file, or it cannot be read;
  ///   ``OutOfBounds`` where the bounds end the read.
  public static func read(
    _ path: String, named name: String? = nil, bounds: ReadBounds = ReadBounds()
  ) throws -> [UInt8] {
    let name = name ?? path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw FileFailure("that is no path of a file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(errno, name) }
    try requireRegular(status, name)
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, name) }
    return try read(descriptor, named: name, bounds: bounds)
  }

  /// The rest of an open file, which is closed in any case.
  ///
  /// - Parameters:
  ///   - descriptor: an open file.
  ///   - name: what messages call it.
  ///   - bounds: bounds of the read.
  ///   - takesStreams: also reads pipes and the like, to their end.
  /// - Throws: ``FileFailure`` where it cannot be read; ``OutOfBounds`` where the bounds end the read.
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
    // What a file says of its size is where reading need not begin, not where it ends.
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

  /// What a number of the system means for a file.
  static func failure(_ number: Int32, _ name: String) -> FileFailure {
    switch number {
    case ENOENT, ENOTDIR: FileFailure("there is no file \(name)")
    case EACCES, EPERM: FileFailure("\(name) cannot be read by this user")
    case ELOOP: FileFailure("\(name) lies behind too many symbolic links")
    case ENAMETOOLONG: FileFailure("\(name) is too long for a path")
    case EAGAIN: FileFailure("\(name) has nothing to read now")
    // SAFETY: the text is copied before another call can change it.
    default: FileFailure("\(name) cannot be read: \(String(cString: strerror(number)))")
    }
  }
}

/// Bounds that hold while something is read or made, so that nothing is larger or takes longer than
/// the limits of an evaluation allow.
public struct ReadBounds: Sendable {
  /// Bytes that the result may have.
  public var maximumBytes: Int
  /// Whether the evaluation has ended meanwhile: it was cancelled, or its time is over.
  public var isInterrupted: @Sendable () -> Bool

  /// Bounds of a read.
  public init(
    maximumBytes: Int = GuardedFile.maximumSize,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.maximumBytes = maximumBytes
    self.isInterrupted = isInterrupted
  }
}

/// Thrown where a read, or what is made of it, is larger than its bounds or takes longer.
public struct OutOfBounds: Error, Sendable {}

/// Counts what a reader makes, before it is made.
struct ReadingBudget {
  private let bounds: ReadBounds
  private var used = 0
  private var count = 0

  init(_ bounds: ReadBounds) { self.bounds = bounds }

  /// Takes the room of one value.
  mutating func take(_ bytes: Int) throws(OutOfBounds) {
    used += bytes
    count += 1
    if used > bounds.maximumBytes || (count & 0x3FF == 0 && bounds.isInterrupted()) {
      throw OutOfBounds()
    }
  }

  /// Takes the room of an element of a list, or of a list's or map's own.
  mutating func takeElement() throws(OutOfBounds) { try take(2 * MemoryLayout<Value>.stride) }

  /// Takes the room of a map's entry.
  mutating func takeEntry(_ key: String) throws(OutOfBounds) {
    try take(6 * MemoryLayout<Value>.stride + key.utf8.count)
  }
}
