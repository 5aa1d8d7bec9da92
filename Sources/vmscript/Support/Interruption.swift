import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: the first one asks for an orderly end, the second one ends at once.
enum Interruption {
  /// A hangup counts unless it is to be survived, as `nohup` asks.
  private static let numbers = [SIGINT, SIGTERM] + (ignoresHangup ? [] : [SIGHUP])

  /// From the mask of ignored signals in `proc(5)`.
  private static let ignoresHangup: Bool = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
    let bits = mask.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) }
    return bits.map { $0 & (1 << UInt64(SIGHUP - 1)) != 0 } ?? false
  }()

  /// Does work in a task that the first signal cancels.
  ///
  /// - Parameters:
  ///   - orderly: called at the first signal; false if there is nothing to bring to an end.
  ///   - atOnce: called right before the process ends.
  static func guarding<T: Sendable>(
    orderly: @escaping @Sendable () -> Bool, atOnce: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () async -> T
  ) async -> T {
    let state = Mutex(State())
    // Before the work begins: a signal must not find the process unprepared.
    let sources = numbers.map { number in
      // Else the signal would end the process before its source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let isFirst = state.withLock { state in
          state.count += 1
          return state.count == 1
        }
        if isFirst, orderly() { return state.withLock { $0.cancel() } }
        atOnce()
        exit(ExitStatus.failed.rawValue)
      }
      source.resume()
      return source
    }
    let task = Task { await work() }
    state.withLock { state in
      state.cancelTask = { task.cancel() }
      if state.isCancelled { task.cancel() }
    }
    let result = await task.value
    sources.forEach { $0.cancel() }
    numbers.forEach { signal($0, SIG_DFL) }
    return result
  }

  private struct State {
    var count = 0
    var isCancelled = false
    var cancelTask: (@Sendable () -> Void)?

    mutating func cancel() {
      isCancelled = true
      cancelTask?()
    }
  }
}
