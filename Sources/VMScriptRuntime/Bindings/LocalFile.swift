import Foundation
import VMScriptPlan

/// An open file of this machine, for bytes that go to a guest or come from one.
package final class LocalFile: Sendable {
  package let descriptor: Int32

  /// Opens a file to read.
  init(reading path: String) throws { descriptor = try Self.open(path, O_RDONLY) }

  /// Creates a file that only this user can read.
  package init(writing path: String) throws {
    descriptor = try Self.open(path, O_WRONLY | O_CREAT | O_EXCL)
  }

  deinit { close(descriptor) }

  private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StorageFailure.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    return descriptor
  }

  /// Reads the next bytes of an open file; empty at its end. Blocks.
  static func read(upTo count: Int, from descriptor: Int32) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let length = Foundation.read(descriptor, &bytes, count)
      if length >= 0 { return Array(bytes.prefix(length)) }
      guard errno == EINTR else { throw failure("standard input") }
    }
  }

  /// Writes all bytes to an open file. Blocks.
  package static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      // SAFETY: the call reads `rest.count` bytes behind the pointer, and keeps no address.
      let length = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, rest.count) }
      if length < 0 {
        guard errno == EINTR else { throw failure("the copy") }
        continue
      }
      rest = rest.dropFirst(length)
    }
  }

  private static func failure(_ name: String) -> StorageFailure {
    .unreadable(path: name, reason: String(cString: strerror(errno)))
  }

  /// Returns the system's reason for an error of this type.
  package static func reason(of error: any Error) -> String {
    guard case .unreadable(_, let reason)? = error as? StorageFailure else {
      return error.localizedDescription
    }
    return reason
  }
}
