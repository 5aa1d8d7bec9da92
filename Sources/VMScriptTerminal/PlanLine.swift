import VMScript
import VMScriptPlan
import VMScriptRuntime

/// The change of one resource in a plan, as text.
public struct PlanLine: Sendable {
  /// The action on a resource.
  public enum Action: String, CaseIterable, Sendable { case create, update, delete }

  /// One property's change; the texts are values as the language prints them.
  public struct Property: Sendable {
    /// The property with its block, such as `disk data size`.
    public let name: String
    /// The current value; nil if it is not set.
    public let from: String?
    /// The new value; nil if the property is removed.
    public let to: String?
    /// The time at which the change takes effect, such as `next start`; nil shows nothing.
    public let effect: String?

    /// Creates a change of one property.
    public init(name: String, from: String?, to: String?, effect: String? = nil) {
      self.name = name
      self.from = from
      self.to = to
      self.effect = effect
    }

    /// The change alone, such as `memory 128MiB → 256MiB`, unescaped.
    public var words: String { "\(name) \(from ?? "none") → \(to ?? "none")" }
  }

  /// Changes of a running object that are defined and wait for its restart.
  public struct Pending: Sendable {
    /// `net` or `domain`.
    public let kind: String
    /// The object's name, unescaped.
    public let name: String
    /// The properties that differ between the running object and its definition.
    public let properties: [Property]

    /// Creates a line of pending changes.
    public init(kind: String, name: String, properties: [Property]) {
      self.kind = kind
      self.name = name
      self.properties = properties
    }
  }

  /// The action.
  public let action: Action
  /// `image`, `net` or `domain`.
  public let kind: String
  /// The resource's name, unescaped.
  public let name: String
  /// The domain that a clone is made from.
  public let source: String?
  /// The changed properties, in the order of the script.
  public let properties: [Property]
  /// The main properties of a new resource, in a few words.
  public let outline: [String]
  /// Every property of a new resource with its value.
  public let details: [Property]
  /// Whether the change loses data, which needs confirmation.
  public let losesData: Bool
  /// Whether a deleted resource is only released and stays on the host.
  public let remains: Bool

  /// Creates a line of a plan.
  public init(
    action: Action, kind: String, name: String, source: String? = nil,
    properties: [Property] = [], outline: [String] = [], details: [Property] = [],
    losesData: Bool = false, remains: Bool = false
  ) {
    self.action = action
    self.kind = kind
    self.name = name
    self.source = source
    self.properties = properties
    self.outline = outline
    self.details = details
    self.losesData = losesData
    self.remains = remains
  }
}

extension PlanLine {
  /// The line of a change, with values in the syntax of the language.
  public init(_ change: Change) {
    self.init(
      action: Action(change.action), kind: change.kind.rawValue, name: change.name,
      source: change.source,
      properties: Self.properties(change.properties),
      outline: (change.creation?.outline ?? []) + [change.download?.words].compactMap(\.self),
      details: change.creation?.properties.map { Property($0) } ?? [],
      losesData: change.impact == .dataLoss && change.remains == nil,
      remains: change.remains != nil)
  }

  /// The differences with their effects; a consequence shared by consecutive differences is shown
  /// once, at the last.
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

extension Download {
  /// The download in an outline, such as `download of 340MiB`.
  fileprivate var words: String {
    size.map { "download of \(Quantity.bytes($0))" } ?? "download"
  }
}

extension PlanLine.Property {
  /// A difference, with values in the syntax of the language.
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
  /// The lines of a plan; `host` is the URI to show with it, if any.
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
