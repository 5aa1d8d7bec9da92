import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Asks a guest to shut down and waits until it has; one that is paused or asleep goes on first.
struct Shutdown: Sendable {
  let targets: DomainTargets
  let name: String
  let span: Span
  /// How long a guest may take.
  var limit = Duration.seconds(120)
  /// How often it is asked again: a guest that is just starting does not hear the button.
  private static let repetition = Duration.seconds(10)

  /// Asks, and returns when it is off.
  ///
  /// - Parameter shared: news of this domain among others; nil listens for it alone.
  /// - Throws: a diagnostic where the guest does not react in time; it runs on then.
  func perform(_ shared: DomainNews? = nil) async throws {
    guard let news = shared else {
      let own = try await DomainNews(of: [name], pool: targets.pool)
      defer { own.close() }
      return try await perform(own)
    }
    guard try await targets.with(name, span, { try $0.isActive() }) else { return }
    let deadline = ContinuousClock.now + limit
    let isOn = try await Awaiting.until(deadline, news: news.of(name), look: look()) != nil
    guard isOn else { return }
    throw Self.timeout(name, state: try await targets.state(of: name, span), at: span)
  }

  /// The error of a guest that does not react in time.
  static func timeout(_ name: String, state: String, at span: Span) -> Diagnostic {
    HostMessages.timeout(
      name, awaited: "shutdown", state: state, at: span,
      help: "turn it off with `\(StatementForm.verb("stop", name, "force"))`: "
        + "the guest does not react to its power button")
  }

  /// Sees whether it is off, and asks if it is time to.
  private func look() -> Awaiting.Look {
    let next = Mutex(ContinuousClock.now)
    let (targets, name, span) = (targets, name, span)
    return {
      let isDue = next.withLock { next in
        guard next <= .now else { return false }
        next = .now + Self.repetition
        return true
      }
      let isOn = try await targets.ifPresent(name) { domain in
        if isDue { try Self.ask(domain, at: span) }
        return try domain.isActive()
      }
      // One without a stored definition is gone with its machine.
      return isOn ?? false ? "" : nil
    }
  }

  private static func ask(_ domain: Domain, at span: Span) throws {
    do { try PowerVerb.stop.perform(on: domain, at: span) } catch {
      // It may have gone down by itself between the two calls.
      guard try !domain.isActive() else { throw error }
    }
  }
}
