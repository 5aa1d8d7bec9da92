import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The status of each resource of a stack compared with its declaration, for `status`.
public struct StackStatus: Sendable {
  /// The state of a resource compared with its declaration.
  public enum Standing: String, Sendable {
    case asDeclared = "as declared"
    case differs
    /// The definition is as declared, but the running object needs a restart.
    case pending = "pending restart"
    case missing
    case undeclared
    /// The content on the host differs from its upload.
    case damaged
  }

  /// One resource.
  public struct Entry: Sendable {
    /// The resource.
    public let resource: ResourceReference
    /// Its state compared with its declaration.
    public let standing: Standing
    /// The properties that differ, by their paths.
    public let differences: [String]
    /// The defined properties that need a restart.
    public let pending: [PropertyDifference]
  }

  /// The stack.
  public let stack: String
  /// The resources in the order of the script, then those that are no longer declared.
  public let entries: [Entry]

  /// Derives the status from the report of a plan.
  public init(_ report: RunReport) {
    stack = report.plan.stack
    let changes = report.plan.changes
    let declared = report.declared.map { resource in
      let change = changes.first {
        $0.kind == resource.kind && $0.name == resource.name && $0.action != .delete
      }
      let pending = report.plan.pending.filter {
        $0.resource.kind == resource.kind && $0.resource.name == resource.name
      }.flatMap(\.properties)
      let standing: Standing =
        switch change?.action {
        case nil: pending.isEmpty ? .asDeclared : .pending
        case .create: .missing
        default: .differs
        }
      return Entry(
        resource: resource, standing: standing,
        differences: change?.properties.map(\.path) ?? [], pending: pending)
    }
    entries =
      declared
      + report.plan.undeclared.map {
        Entry(resource: $0, standing: .undeclared, differences: [], pending: [])
      }
  }

  private init(stack: String, entries: [Entry]) {
    self.stack = stack
    self.entries = entries
  }

  /// Returns the same status with the given images marked as damaged.
  public func marking(damaged images: Set<String>) -> StackStatus {
    StackStatus(
      stack: stack,
      entries: entries.map { entry in
        guard entry.resource.kind == .image, images.contains(entry.resource.name) else {
          return entry
        }
        return Entry(
          resource: entry.resource, standing: .damaged, differences: entry.differences,
          pending: entry.pending)
      })
  }

  /// Whether every resource is as declared.
  public var isAsDeclared: Bool { entries.allSatisfy { $0.standing == .asDeclared } }

  /// `{"stack": …, "resources": [{"kind", "name", "status", "differences", "pending"}]}`.
  public var document: Value {
    .map([
      "stack": .string(stack),
      "resources": .list(
        entries.map {
          .map([
            "kind": .string($0.resource.kind.rawValue), "name": .string($0.resource.name),
            "status": .string($0.standing.rawValue),
            "differences": .list($0.differences.map(Value.string)),
            "pending": .list($0.pending.map(\.document)),
          ])
        }),
    ])
  }
}
