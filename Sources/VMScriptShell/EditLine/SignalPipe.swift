import CEditLine
import Glibc

/// Signals, and calls from other threads, as bytes of a pipe that one thread waits at.
final class SignalPipe: Sendable {
  /// What can come out of it.
  enum Event: Hashable { case interrupt, resize, wake }

  /// The end to wait at.
  let descriptor: Int32
  private let writer: Int32
  private static let wakeByte: UInt8 = 0

  /// From now on SIGINT and SIGWINCH come out of the pipe; nil where there can be none.
  init?() {
    var ends: [Int32] = [-1, -1]
    // SAFETY: the call fills in two numbers and keeps no address.
    guard vms_signals_open(&ends) == 0 else { return nil }
    (descriptor, writer) = (ends[0], ends[1])
  }

  /// Wakes the thread that waits; from any thread.
  func wake() {
    var byte = Self.wakeByte
    // SAFETY: one byte is read from `byte`. A full pipe wakes as well.
    _ = write(writer, &byte, 1)
  }

  /// All that has come since; does not wait.
  func drain() -> Set<Event> {
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: at most as many bytes are written as there are.
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return Set(
      bytes.prefix(count).map { byte in
        switch Int32(byte) {
        case SIGINT: .interrupt
        case SIGWINCH: .resize
        default: .wake
        }
      })
  }
}
