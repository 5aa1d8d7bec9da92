import Foundation
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A thread's wait for asynchronous work, until the work ends or the wait is given up.
///
/// A cancellation gives up the wait for work that only reads the host. It does not give up the wait
/// for work that changes something; ``abandon()`` does. The work continues in the background then.
final class Waiting: Sendable {
  private struct State {
    var task: Task<Void, Never>?
    var isActing: Bool
    var isCancelled = false
  }

  private let state: Mutex<State>
  private let done = DispatchSemaphore(value: 0)

  /// - Parameter isActing: whether the work changes something from its start.
  init(isActing: Bool = false) { state = Mutex(State(isActing: isActing)) }

  /// The work; nil before it starts.
  var work: Task<Void, Never>? { state.withLock(\.task) }

  /// Whether the work has started to change something.
  var isActing: Bool { state.withLock(\.isActing) }

  /// Starts the work and waits for it.
  ///
  /// - Returns: the result; nil if the wait was given up before.
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

  /// Records that the work changes something from now on; false if it was cancelled and must not.
  func beginActing() -> Bool {
    state.withLock { state in
      state.isActing = !state.isCancelled
      return state.isActing
    }
  }

  /// Cancels the work; gives up the wait if the work changes nothing.
  func cancel() {
    let isActing = state.withLock { state in
      state.isCancelled = true
      state.task?.cancel()
      return state.isActing
    }
    if !isActing { abandon() }
  }

  /// Gives up the wait, whatever the state of the work.
  func abandon() { done.signal() }
}

// The evaluation's own thread waits for asynchronous work until the user stops waiting.
extension RunHost {
  /// Ends reads of the host and waits; lets changes in flight finish, and starts nothing more.
  func cancel() {
    let current = progress.withLock { standing in
      standing.isCancelled = true
      return standing.current
    }
    current?.cancel()
  }

  /// Stops waiting for changes in flight; they may still finish.
  func abandon() { progress.withLock(\.current)?.abandon() }

  /// Runs asynchronous work while the evaluation's own thread waits for it.
  ///
  /// - Parameter isActing: whether the work changes the host from its start.
  func waiting<T: Sendable>(
    _ doing: String, _ span: Span?, isActing: Bool = false,
    _ work: @escaping @Sendable (Waiting) async throws -> T
  ) throws(Diagnostic) -> T {
    let waiting = Waiting(isActing: isActing)
    let isCancelled = progress.withLock { standing in
      standing.current = waiting
      return standing.isCancelled
    }
    guard !isCancelled else { throw HostMessages.cancelled(doing, at: span) }
    let outcome = waiting.wait { try await work(waiting) }
    if case .success(let value) = outcome { return value }
    let unfinished = waiting.isActing && outcome == nil ? waiting.work : nil
    let left = progress.withLock { standing in
      standing.hasFailed = true
      return standing.leave(unfinished, doing)
    }
    switch outcome {
    case .failure(let error): throw HostMessages.diagnostic(error, doing, at: span)
    default: throw HostMessages.cancelled(doing, leaving: left?.what ?? [], at: span)
    }
  }
}

extension VerbRequest {
  /// Whether the verb changes nothing.
  var onlyWaits: Bool { verb.row.outcome == .untouched }
}

extension RunHost {
  /// Waits until an expression of the script is true.
  ///
  /// The expression is evaluated at each event of a domain and at an interval, because an attribute
  /// may change without an event. It runs on the evaluation's own thread, which has enough stack and
  /// holds no connection that reading an attribute needs.
  func wait(
    until holds: () throws(Diagnostic) -> Bool, _ verb: VerbRequest, in stack: String
  ) throws(Diagnostic) {
    let deadline = ContinuousClock.now + (verb.limit ?? VerbRunner.standardLimit)
    let span = verb.targetSpan
    let backend = backend
    let (names, signals) = try waiting("wait", span) { _ in
      (try await backend.targets(of: verb, in: stack), try await backend.signals())
    }
    defer { signals.close() }
    guard try !holds() else { return }
    options.progress(.waiting("a condition of \(names.joined(separator: ", "))"))
    repeat {
      let hasNews = try waiting("wait", span) { _ in
        let hasNews = await signals.isNews(before: deadline)
        try Task.checkCancellation()
        return hasNews
      }
      guard !hasNews else { continue }
      throw try waiting("wait", span) { _ in
        var states: [(name: String, state: String)] = []
        for name in names { states.append((name, try await backend.state(of: name, at: span))) }
        return HostMessages.conditionTimeout(states, at: span)
      }
    } while try !holds()
  }
}
