import Foundation
import Synchronization

/// Standard output, which remembers that it could not be written: what was printed must not be taken
/// for whole.
public enum StandardOutput {
  /// Why a write failed.
  public enum Failure: Sendable, Equatable {
    /// The reader went away, as `head` does when it has enough.
    case closed
    /// Anything else, in the system's words.
    case unwritable(String)
  }

  private static let first = Mutex<Failure?>(nil)

  /// Why the first write failed that did; nil as long as all were written.
  public static var failure: Failure? { first.withLock(\.self) }

  /// Writes bytes, all of them; after a failure nothing more.
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

/// The files that a process is started with.
public enum StandardStream {
  /// Opens those that are closed, so that no other file takes their numbers and is written to by
  /// mistake. Writing to them fails, or goes nowhere in the case of standard error.
  public static func openClosed() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is the one that was closed.
      _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes bytes, all of them, and waits where the other side is slow.
  ///
  /// - Returns: the number of the error; nil if all were written.
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
