import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The work of a verb on a libvirt host.
struct VerbAction: Sendable {
  enum Work: Sendable {
    /// Acts on one target; all targets run in parallel.
    case each(@Sendable (VerbRunner, String, DomainNews?) async throws -> Void)
    /// Returns the value of one target; all targets run in parallel.
    case value(@Sendable (VerbRunner, String) async throws -> Value)
    /// Acts on all targets in its own order.
    case all(@Sendable (VerbRunner, [String]) async throws -> Void)
  }

  let work: Work
  /// Whether the verb writes to disks, which corrupts their overlays; disks with overlays are refused.
  var writesToDisks = false
  /// Whether the verb waits for events of the targets.
  var awaitsNews = false

  /// Returns the action of a request.
  static func of(_ request: VerbRequest) -> VerbAction {
    let span = request.targetSpan
    switch request.verb {
    case .start: return VerbAction(work: change(.start, span), writesToDisks: true)
    case .stop where request.isForced:
      return onDomain(span) { if try $0.isActive() { try $0.destroy() } }
    case .stop:
      let work = Work.each { runner, name, news in
        runner.reports.progress(.waiting("the shutdown of \(name)"))
        try await Shutdown(targets: runner.targets, name: name, span: span).perform(news)
      }
      return VerbAction(work: work, awaitsNews: true)
    case .reboot: return VerbAction(work: change(.reboot, span))
    case .suspend: return VerbAction(work: change(.suspend, span))
    case .resume: return VerbAction(work: change(.resume, span))
    case .snapshot: return VerbAction(work: .all { try await $0.snapshot($1, request) })
    case .revert:
      var action = onDomain(span) { domain in
        try DomainSnapshot(of: domain, named: request.name, at: span).revert()
      }
      action.writesToDisks = true
      return action
    case .wait:
      let work = Work.each { runner, name, news in
        guard let news, let condition = request.condition else { return }
        let limit = request.limit ?? VerbRunner.standardLimit
        try await runner.wait(name, for: condition, span, limit: limit, news)
      }
      return VerbAction(work: work, awaitsNews: true)
    case .delete: return VerbAction(work: .all { try await $0.delete($1, request) })
    case .deleteSnapshot:
      return onDomain(span) { domain in
        try DomainSnapshot(of: domain, named: request.name, at: span).delete()
      }
    case .run: return VerbAction(work: .value { try await $0.output(of: request, in: $1) })
    case .copy:
      return VerbAction(work: .each { runner, name, _ in try await runner.copy(request, to: name) })
    }
  }

  private static func onDomain(
    _ span: Span, _ body: @escaping @Sendable (Domain) throws -> Void
  ) -> VerbAction {
    VerbAction(work: .each { runner, name, _ in try await runner.targets.with(name, span, body) })
  }

  private static func change(_ verb: PowerVerb, _ span: Span) -> Work {
    .each { runner, name, _ in
      try await runner.boot.perform(verb, on: name, of: runner.targets, at: span)
    }
  }
}

/// The verbs that start, stop or suspend guests, with their steps from every state.
enum PowerVerb: String, CaseIterable, Sendable {
  case start, stop, reboot, suspend, resume

  /// One call of libvirt.
  enum Step: Equatable, Sendable {
    case start, resume, wakeUp, askToShutDown, turnOff, reboot, suspend
  }

  /// Returns the steps of the verb; nil if the state does not allow it.
  ///
  /// - Parameter isActive: whether there is a machine; a crashed one may still exist or be gone.
  func steps(from state: Domain.State, isActive: Bool) -> [Step]? {
    guard isActive, state != .shutOff else {
      switch self {
      case .start: return [.start]
      case .stop: return []
      case .reboot, .suspend, .resume: return nil
      }
    }
    switch state {
    case .crashed:
      // The guest's memory is already lost.
      switch self {
      case .start, .reboot: return [.turnOff, .start]
      case .stop: return [.turnOff]
      case .suspend, .resume: return nil
      }
    case .pmSuspended where self == .suspend: return nil
    case .paused where self == .suspend: return []
    case .paused: return [.resume] + stepsOfRunning
    case .pmSuspended: return [.wakeUp] + stepsOfRunning
    case .noState, .running, .blocked, .shuttingDown, .shutOff: return stepsOfRunning
    }
  }

  private var stepsOfRunning: [Step] {
    switch self {
    case .start, .resume: []
    case .stop: [.askToShutDown]
    case .reboot: [.reboot]
    case .suspend: [.suspend]
    }
  }

  /// Takes the steps on a domain; blocks, but does not wait for a shutdown.
  ///
  /// - Throws: VM0725 if the state does not allow the verb, and libvirt's errors.
  func perform(on domain: Domain, at span: Span) throws {
    let state = try domain.state()
    guard let steps = steps(from: state, isActive: try domain.isActive()) else {
      throw VerbMessages.unfitState(LiveDomain.State(state), of: domain.name, for: self, at: span)
    }
    for step in steps { try step.perform(on: domain) }
  }
}

extension PowerVerb.Step {
  fileprivate func perform(on domain: Domain) throws(LibvirtError) {
    switch self {
    case .start: try domain.start()
    case .resume: try domain.resume()
    case .wakeUp: try domain.wakeUp()
    case .askToShutDown: try domain.shutdown()
    case .turnOff: try domain.destroy()
    case .reboot: try domain.reboot()
    case .suspend: try domain.suspend()
    }
  }
}

/// A shutdown of a guest that waits until the guest is off; a paused or sleeping guest resumes first.
struct Shutdown: Sendable {
  let targets: DomainTargets
  let name: String
  let span: Span
  /// The time limit.
  var limit = Duration.seconds(120)
  /// The interval between requests; a guest that is just starting ignores its power button.
  private static let repetition = Duration.seconds(10)

  /// Requests the shutdown, and returns when the guest is off.
  ///
  /// - Parameter shared: signals for several domains including this one; nil listens to this one only.
  /// - Throws: a diagnostic if the guest does not react in time; it keeps running.
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
      name, awaited: "the shutdown", GuestReport(state: state), at: span,
      help: "turn it off with `\(StatementForm.verb("stop", name, "force"))`: "
        + "the guest does not react to its power button")
  }

  /// Checks whether the guest is off, and repeats the request if it is due.
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
      // A domain without a stored definition disappears when it stops.
      return isOn ?? false ? "" : nil
    }
  }

  private static func ask(_ domain: Domain, at span: Span) throws {
    do { try PowerVerb.stop.perform(on: domain, at: span) } catch {
      // The guest may have stopped by itself between the two calls.
      guard try !domain.isActive() else { throw error }
    }
  }
}
