import Foundation
import Synchronization

/// Threads with room for deep recursion.
enum EvaluationThread {
  /// Bytes of stack that an evaluation gets; enough for ``Limits/depth`` calls of deep expressions.
  private static let stackSize = 1 << 29

  /// Does work on a thread of its own while the calling one waits.
  ///
  /// - Returns: what the work gives; nil where no thread could be had.
  static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) -> T? {
    let result = Mutex<T?>(nil)
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      let outcome = work()
      result.withLock { $0 = outcome }
      done.signal()
    }
    thread.stackSize = stackSize
    thread.name = "vmscript evaluation"
    thread.start()
    done.wait()
    return result.withLock(\.self)
  }
}
