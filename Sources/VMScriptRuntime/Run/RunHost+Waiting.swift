import VMScript
import VMScriptPlan
import VMScriptSyntax

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

extension RunHost.Progress {
  /// Notes what becomes of a change that is being applied.
  mutating func note(_ event: ProgressEvent) {
    switch event {
    case .started(let change): applying?.changes[change.id].result = .underWay
    case .failed(let change, _): applying?.changes[change.id].result = .failed
    case .skipped(let change, let cause):
      applying?.changes[change.id].result = .skipped(because: cause)
    case .finished(let change, let milliseconds):
      applying?.changes[change.id].result = .done
      applying?.changes[change.id].milliseconds = milliseconds
    default: break
    }
  }

  /// Takes what was being applied as it stands; only what is as declared now is settled.
  mutating func conclude() {
    guard let (set, changes) = applying.take() else { return }
    plan.append(changes)
    let unsettled = Set(changes.filter { $0.result != .done && $0.result != nil }.map(\.key))
    for declaration in set.declarations where !unsettled.contains(declaration.key) {
      settled.insert(declaration)
    }
  }

  /// Takes what was being applied as it stands when it is not waited for any longer.
  ///
  /// - Parameters:
  ///   - work: goes on by itself; nil if it has ended.
  ///   - doing: what it does, unless changes of a plan say so.
  mutating func leave(_ work: Task<Void, Never>?, _ doing: String) -> LeftBehind? {
    let changes = applying?.changes ?? []
    let underWay = changes.filter { $0.result == .underWay }.map(\.label)
    applying?.changes = changes.map { change in
      var change = change
      change.result = change.result ?? .notAttempted
      return change
    }
    conclude()
    leftBehind = work.map { LeftBehind(what: underWay.isEmpty ? [doing] : underWay, work: $0) }
    return leftBehind
  }
}

/// Work on the host that goes on though nobody waits for it.
struct LeftBehind: Sendable {
  /// What is being done, in words.
  let what: [String]
  let work: Task<Void, Never>
}

extension Change {
  /// What is being done to what, in words.
  fileprivate var label: String { "\(action.gerund) the \(kind.rawValue) `\(name)`" }
}

extension VerbRequest {
  /// Whether it changes nothing.
  var onlyWaits: Bool { verb.row.outcome == .untouched }
}
