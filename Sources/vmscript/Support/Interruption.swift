import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first one asks for an orderly end, the second one ends at once.
enum Interruption {
  /// Does work in a task that the first signal cancels.
  ///
  /// - Parameters:
  ///   - orderly: called at the first signal; false if there is nothing to bring to an end.
  ///   - atOnce: called right before the process ends.
  static func guarding<T: Sendable>(
    orderly: @escaping @Sendable () -> Bool, atOnce: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () async -> T
  ) async -> T {
    let task = Task { await work() }
    let count = Mutex(0)
    let sources = [SIGINT, SIGTERM].map { number in
      // Else the signal would end the process before its source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let times = count.withLock { count in
          count += 1
          return count
        }
        if times == 1, orderly() { return task.cancel() }
        atOnce()
        exit(ExitStatus.failed.rawValue)
      }
      source.resume()
      return source
    }
    let result = await task.value
    sources.forEach { $0.cancel() }
    return result
  }
}
