import Foundation
import Synchronization

/// Standard output, which records a failed write, so that incomplete output is never taken for
/// whole.
public enum StandardOutput {
  /// The reason for a failed write.
  public enum Failure: Sendable, Equatable {
    /// The reader closed the pipe, as `head` does.
    case closed
    /// Any other error, as the system's message.
    case unwritable(String)
  }

  private static let first = Mutex<Failure?>(nil)

  /// The reason for the first failed write; nil if all writes succeeded.
  public static var failure: Failure? { first.withLock(\.self) }

  /// Writes all bytes; writes nothing after a failure.
  ///
  /// - Returns: whether they were written.
  @discardableResult
  public static func write(_ bytes: [UInt8]) -> Bool {
    guard failure == nil else { return false }
    guard let number = StandardStream.write(bytes, to: STDOUT_FILENO) else { return true }
    let failure: Failure =
      number == EPIPE ? .closed : .unwritable(StandardStream.reason(number))
    first.withLock { $0 = $0 ?? failure }
    return false
  }
}

/// The standard streams of the process.
public enum StandardStream {
  /// Reopens closed streams, so that no other file gets their descriptors and is written to by
  /// mistake. Writes to them fail; writes to standard error are discarded.
  public static func openClosed() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free descriptor is the closed one.
      _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all bytes, and waits for a slow reader.
  ///
  /// - Returns: the error number; nil on success.
  public static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      // SAFETY: the call reads the bytes of the array and keeps no address.
      let count = Foundation.write(descriptor, rest, rest.count)
      if count == rest.count { return nil }
      if count >= 0 {
        rest.removeFirst(count)
      } else if errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // SAFETY: the call fills in one record and keeps no address.
        _ = poll(&entry, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  static func reason(_ number: Int32) -> String {
    // SAFETY: the text is copied before another call can change it.
    String(cString: strerror(number))
  }
}
