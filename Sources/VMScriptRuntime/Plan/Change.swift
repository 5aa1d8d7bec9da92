import VMScript
import VMScriptSyntax

/// One step of a plan: what shall be done to one resource.
public struct Change: Sendable, Identifiable {
  /// What is done.
  public enum Action: String, Sendable { case create, update, delete }

  /// What became of a change that was to be applied.
  public enum Result: Sendable, Hashable {
    case done
    case failed
    /// Not tried, because the change of the resource of this name, which it needs, failed.
    case skipped(because: String)
    /// Not tried, because the run was cancelled or lost its connection before.
    case notAttempted
    /// Begun, and not waited for to its end.
    case underWay
  }

  /// The change's position in its plan.
  public let id: Int
  /// What is done.
  public let action: Action
  /// The kind of the resource.
  public let kind: ResourceKind
  /// The resource's name.
  public let name: String
  /// The name of the domain that a clone is made from.
  public let source: String?
  /// The hardest impact of the properties that change.
  public let impact: Impact
  /// What differs, for an update; empty for the other actions.
  public let properties: [PropertyDifference]
  /// What is declared, for a creation; nil for the other actions.
  public let creation: Creation?
  /// The statement that asks for it; nil for what is no longer declared.
  public let span: Span?
  /// Whether running guests are on the network that it restarts or deletes.
  public let hasGuests: Bool
  /// Why the content of a deleted image stays on the host; nil where all goes.
  public var remains: String?
  /// Changes that must be done before this one, by ``id``.
  public var dependencies: [Int]
  /// What became of it; nil in a plan that was not applied.
  public var result: Result?
  /// How long it took; nil if it was not tried.
  public var milliseconds: Int64?

  /// Makes a change that was not applied yet.
  public init(
    id: Int, action: Action, kind: ResourceKind, name: String, source: String? = nil,
    impact: Impact = .none, properties: [PropertyDifference] = [], creation: Creation? = nil,
    span: Span? = nil, hasGuests: Bool = false, dependencies: [Int] = []
  ) {
    self.id = id
    self.action = action
    self.kind = kind
    self.name = name
    self.source = source
    self.impact = impact
    self.properties = properties
    self.creation = creation
    self.span = span
    self.hasGuests = hasGuests
    self.dependencies = dependencies
  }

  /// Which resource it changes.
  var key: ResourceKey { ResourceKey(kind: kind, name: name) }

  /// The resource that it changes, as declared.
  var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: action != .delete)
  }

  /// The same change at another position, with the positions it depends on.
  func moved(to id: Int, dependencies: [Int]) -> Change {
    var moved = Change(
      id: id, action: action, kind: kind, name: name, source: source, impact: impact,
      properties: properties, creation: creation, span: span, hasGuests: hasGuests,
      dependencies: dependencies)
    moved.remains = remains
    moved.result = result
    moved.milliseconds = milliseconds
    return moved
  }
}
