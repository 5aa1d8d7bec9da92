import VMScript
import VMScriptPlan
import VMScriptSyntax

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
