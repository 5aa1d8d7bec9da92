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

  /// An object of the host.
  package enum Subject: Sendable {
    case domain(LiveDomain)
    case network(LiveNetwork)
  }

  /// The change's position in its plan.
  public private(set) var id: Int
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
  public var properties: [PropertyDifference] { revision.differences }
  /// What is declared, for a creation; nil for the other actions.
  public let creation: Creation?
  /// The statement that asks for it; nil for what is no longer declared.
  public let span: Span?
  /// Whether running guests are on the network that it restarts or deletes.
  public let hasGuests: Bool
  /// The statement itself.
  package var declaration: Declaration?
  /// The object of the host that it was planned from; nil for a creation.
  package var subject: Subject?
  /// The differences with the steps that make them while the object runs.
  package private(set) var revision = Revision()
  /// What is done, in order.
  package var steps: [Step] = []
  /// Why the content of a deleted image stays on the host; nil where all goes.
  public var remains: String?
  /// Changes that must be done before this one, by ``id``.
  public var dependencies: [Int]
  /// What became of it; nil in a plan that was not applied.
  public var result: Result?
  /// How long it took; nil if it was not tried.
  public var milliseconds: Int64?

  /// The creation of what is declared.
  package init(id: Int, creating declaration: Declaration) {
    self.init(
      id: id, action: .create, kind: declaration.kind, name: declaration.name,
      source: declaration.sourceName, creation: Creation(declaration), span: declaration.span)
    self.declaration = declaration
  }

  /// The update of what is not as declared; nil where nothing differs.
  package init?(
    id: Int, updating subject: Subject?, toward declaration: Declaration, _ revision: Revision,
    hasGuests: Bool
  ) {
    guard let impact = revision.differences.map(\.impact).max() else { return nil }
    self.init(
      id: id, action: .update, kind: declaration.kind, name: declaration.name,
      source: declaration.sourceName, impact: impact, span: declaration.span, hasGuests: hasGuests)
    (self.declaration, self.revision, self.subject) = (declaration, revision, subject)
  }

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
    revision.differences = properties
    self.creation = creation
    self.span = span
    self.hasGuests = hasGuests
    self.dependencies = dependencies
  }

  /// Which resource it changes.
  package var key: ResourceKey { ResourceKey(kind: kind, name: name) }

  /// The resource that it changes, as declared.
  package var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: action != .delete)
  }

  /// The same change at another position, with the positions it depends on.
  package func moved(to id: Int, dependencies: [Int]) -> Change {
    var moved = self
    (moved.id, moved.dependencies) = (id, dependencies)
    return moved
  }
}
