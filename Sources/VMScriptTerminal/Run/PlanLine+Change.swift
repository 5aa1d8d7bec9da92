import VMScript
import VMScriptPlan
import VMScriptRuntime

extension PlanLine {
  /// The line of a change, its values written as the language writes them.
  public init(_ change: Change) {
    self.init(
      action: Action(change.action), kind: change.kind.rawValue, name: change.name,
      source: change.source,
      properties: Self.properties(change.properties),
      outline: change.creation?.outline ?? [],
      details: change.creation?.properties.map { Property($0) } ?? [],
      losesData: change.impact == .dataLoss && change.remains == nil,
      remains: change.remains != nil)
  }

  /// The differences with their effects; a consequence of several in a row stands once, at the last.
  private static func properties(_ differences: [PropertyDifference]) -> [Property] {
    let following = differences.dropFirst().map(\.consequence) + [nil]
    return zip(differences, following).map { difference, next in
      if let consequence = difference.consequence, consequence == next {
        return Property(difference)
      }
      return Property(difference, effect: difference.consequence ?? difference.impact.words)
    }
  }
}

extension PlanLine.Property {
  /// A difference, its values written as the language writes them.
  init(_ difference: PropertyDifference, effect: String? = nil) {
    self.init(
      name: difference.path, from: difference.from?.literal, to: difference.to?.literal,
      effect: effect)
  }
}

extension PlanLine.Pending {
  fileprivate init(_ restart: PendingRestart) {
    self.init(
      kind: restart.resource.kind.rawValue, name: restart.resource.name,
      properties: restart.properties.map { PlanLine.Property($0) })
  }
}

extension PlanLine.Action {
  fileprivate init(_ action: Change.Action) {
    self =
      switch action {
      case .create: .create
      case .update: .update
      case .delete: .delete
      }
  }
}

extension VerbRecord {
  /// The verb with its targets, such as `stop web-1, web-2`.
  public var words: String { ([action] + [targets.joined(separator: ", ")]).joined(separator: " ") }
}

extension ResourceReference {
  /// Kind and name, such as `net lab`.
  public var words: String { "\(kind.rawValue) \(name)" }
}

extension PlanDisplay {
  /// The lines of a plan; `host` is the URI that it was made for, if that is to be said.
  public func lines(_ plan: Plan, host: String? = nil) -> [String] {
    let origin = plan.otherOrigin.map {
      "the stack \(plan.stack) was last run from \(TerminalText.escaped($0.description))"
    }
    return [origin].compactMap(\.self)
      + lines(
        stack: plan.stack + (host.map { " on \($0)" } ?? ""),
        changes: plan.changes.map(PlanLine.init),
        pending: plan.pending.map(PlanLine.Pending.init),
        undeclared: plan.undeclared.map(\.words), verbs: plan.verbs.map(\.words))
  }
}
