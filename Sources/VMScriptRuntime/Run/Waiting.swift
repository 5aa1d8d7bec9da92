import Foundation
import Synchronization
import VMScriptPlan

/// A thread that waits for asynchronous work: to its end, or until it is let go.
///
/// Work that only looks at the host may be left behind as soon as nobody wants it any more; work that
/// changes something is waited for until the user waits no longer. Either goes on by itself then.
final class Waiting: Sendable {
  private struct State {
    var task: Task<Void, Never>?
    var isActing: Bool
    var isCancelled = false
  }

  private let state: Mutex<State>
  private let done = DispatchSemaphore(value: 0)

  /// - Parameter isActing: whether the work changes something from its beginning.
  init(isActing: Bool = false) { state = Mutex(State(isActing: isActing)) }

  /// The work that was begun; nil before.
  var work: Task<Void, Never>? { state.withLock(\.task) }

  /// Whether the work has begun to change something.
  var isActing: Bool { state.withLock(\.isActing) }

  /// Begins the work and waits for it.
  ///
  /// - Returns: what it came to; nil if the thread was let go before.
  func wait<T: Sendable>(
    for work: @escaping @Sendable () async throws -> T
  ) -> Result<T, any Error>? {
    let result = Mutex<Result<T, any Error>?>(nil)
    let task = Task.detached { [done] in
      let outcome: Result<T, any Error>
      do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
      result.withLock { $0 = outcome }
      done.signal()
    }
    let isUnwanted = state.withLock { state in
      state.task = task
      return state.isCancelled
    }
    if isUnwanted { task.cancel() }
    done.wait()
    return result.withLock(\.self)
  }

  /// From now on the work changes something; false if it is not wanted any more and must not.
  func beginActing() -> Bool {
    state.withLock { state in
      state.isActing = !state.isCancelled
      return state.isActing
    }
  }

  /// Cancels the work; lets the thread go at once if it only looks.
  func cancel() {
    let isActing = state.withLock { state in
      state.isCancelled = true
      state.task?.cancel()
      return state.isActing
    }
    if !isActing { letGo() }
  }

  /// Lets the thread go, whatever the work is at.
  func letGo() { done.signal() }
}
