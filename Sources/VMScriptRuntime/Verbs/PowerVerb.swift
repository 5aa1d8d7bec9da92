import Libvirt
import VMScriptPlan
import VMScriptSyntax

/// The verbs that change whether a guest runs, and the steps that each takes from every state.
enum PowerVerb: String, CaseIterable, Sendable {
  case start, stop, reboot, suspend, resume

  /// One call of libvirt.
  enum Step: Equatable, Sendable {
    case start, resume, wakeUp, askToShutDown, turnOff, reboot, suspend
  }

  /// The steps that the verb takes; nil where the state rules the verb out.
  ///
  /// - Parameter isActive: whether there is a machine; a crashed one may be kept or gone.
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
      // What the guest had in memory is lost already.
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

  /// Takes the steps on a domain; blocks. A guest that is asked to shut down is not waited for.
  ///
  /// - Throws: VM0725 where the state rules the verb out, and what libvirt refuses.
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
