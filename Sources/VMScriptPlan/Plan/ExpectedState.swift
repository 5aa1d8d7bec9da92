import VMScriptSyntax
import VMScript

/// The state of a host's domains after the planned verbs and changes.
///
/// A plan applies nothing, so the rest of the script is planned on this state of the host.
package struct ExpectedState: Sendable {
  private enum Effect {
    case verb(VerbRequest)
    case state(String, LiveDomain.State)
    case deletion(ResourceKey)
  }

  private var effects: [Effect] = []

  package init() {}

  /// Records a verb that is only planned.
  package mutating func note(_ verb: VerbRequest) { effects.append(.verb(verb)) }

  /// Records the states after planned changes, and the resources that they delete.
  package mutating func note(_ changes: [Change]) {
    effects += changes.filter { $0.action == .delete }.map { .deletion($0.key) }
    for change in changes where change.kind == .domain {
      for property in change.properties where property.live == .power {
        guard case .string(let word)? = property.to, let state = LiveDomain.State(rawValue: word)
        else { continue }
        effects.append(.state(change.name, state))
      }
    }
  }

  /// Whether a planned change or verb deletes the resource.
  package func deletes(_ resource: ResourceKey) -> Bool {
    effects.contains { effect in
      switch effect {
      case .deletion(resource): return true
      case .deletion, .state: return false
      case .verb(let verb):
        guard verb.verb.row.outcome == .gone, resource.kind == .domain else { return false }
        return verb.targets.contains { $0.names(resource.name) }
      }
    }
  }

  /// Returns the state of a domain of the host after the plan; nil if nothing planned changes it.
  package func state(of domain: String) -> LiveDomain.State? {
    effects.reduce(nil) { state, effect in
      switch effect {
      case .state(domain, let planned): planned
      case .state, .deletion: state
      case .verb(let verb):
        verb.targets.contains { $0.names(domain) } ? verb.verb.outcome ?? state : state
      }
    }
  }

  /// Returns the host in the expected state.
  package func applied(to live: LiveState, of ownership: Ownership) -> LiveState {
    var live = live
    for effect in effects {
      switch effect {
      case .state(let name, let state): live.domains[name]?.enter(state)
      case .deletion(let resource):
        switch resource.kind {
        case .domain: live.domains[resource.name] = nil
        case .net: live.networks[resource.name] = nil
        case .image, .custom: break
        }
      case .verb(let verb):
        let meant = live.domains.filter { _, domain in
          verb.targets.contains { $0.isExact(domain.name) }
            || ownership.owns(domain) && verb.targets.contains { $0.names(domain.name) }
        }
        for key in meant.keys { live.domains[key] = live.domains[key]?.after(verb.verb) }
      }
    }
    return live
  }
}

extension VerbRequest.Target {
  /// Whether it names the domain without a glob, which matches only the stack's own.
  fileprivate func isExact(_ domain: String) -> Bool {
    switch self {
    case .resource(let reference): reference.name == domain
    case .pattern(let pattern): pattern == domain
    }
  }
}

extension LiveDomain {
  /// Returns the domain in another state.
  fileprivate mutating func enter(_ state: State) {
    self.state = state
    if state == .stopped { running = nil }
  }

  /// Returns the domain after a verb; nil if the verb deletes it.
  fileprivate func after(_ verb: Verb) -> LiveDomain? {
    if verb.row.outcome == .gone { return nil }
    var domain = self
    if let state = verb.outcome { domain.enter(state) }
    return domain
  }
}

extension Verb {
  /// Returns the state of a domain after a verb; nil if the verb does not change it. The state of
  /// a snapshot is unknown without reading it.
  fileprivate var outcome: LiveDomain.State? {
    switch row.outcome {
    case .running: .running
    case .stopped: .stopped
    case .paused: .paused
    case .gone, .asItIs, .untouched: nil
    }
  }
}
