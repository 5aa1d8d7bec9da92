import Foundation
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

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

// The evaluation's own thread waits for work that goes on elsewhere, until the user has enough of it.
extension RunHost {
  /// Ends what only looks at the host or waits for something to happen there, lets changes in flight
  /// come to their end, and begins nothing more.
  func cancel() {
    let current = progress.withLock { standing in
      standing.isCancelled = true
      return standing.current
    }
    current?.cancel()
  }

  /// Waits for changes in flight no longer; they may still come to their end.
  func letGo() { progress.withLock(\.current)?.letGo() }

  /// Does asynchronous work while the evaluation's own thread waits for it.
  ///
  /// - Parameter isActing: whether the work changes something on the host from its beginning.
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
  /// Whether it changes nothing.
  var onlyWaits: Bool { verb.row.outcome == .untouched }
}

extension RunHost {
  /// Waits until an expression of the script is true: looked at when a domain has news, and at a
  /// slow beat, for what it reads may have no event.
  ///
  /// It is evaluated here, on the evaluation's own thread, which has the stack for it and does not
  /// hold a connection that reading an attribute needs.
  func wait(
    until holds: () throws(Diagnostic) -> Bool, _ limit: Duration, _ verb: VerbRequest,
    of targets: DomainTargets
  ) throws(Diagnostic) {
    let deadline = ContinuousClock.now + limit
    let span = verb.targetSpan
    let pool = pool
    let (names, news) = try waiting("wait", span) { _ in
      (try await targets.names(of: verb), try await DomainNews(of: [], pool: pool))
    }
    defer { news.close() }
    guard try !holds() else { return }
    options.progress(.waiting("a condition of \(names.joined(separator: ", "))"))
    repeat {
      let hasNews = try waiting("wait", span) { _ in
        let hasNews = await Awaiting.isNews(in: news.ofAny, before: deadline)
        try Task.checkCancellation()
        return hasNews
      }
      guard !hasNews else { continue }
      throw try waiting("wait", span) { _ in
        var states: [(name: String, state: String)] = []
        for name in names { states.append((name, try await targets.state(of: name, span))) }
        return HostMessages.conditionTimeout(states, at: span)
      }
    } while try !holds()
  }
}
