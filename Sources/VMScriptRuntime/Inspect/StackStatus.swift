import VMScript
import VMScriptSyntax

/// Each resource of a stack beside what is declared, for `status`.
public struct StackStatus: Sendable {
  /// How a resource stands to its declaration.
  public enum Standing: String, Sendable {
    case asDeclared = "as declared"
    case differs
    case missing
    case undeclared
  }

  /// One resource.
  public struct Entry: Sendable {
    /// The resource.
    public let resource: ResourceReference
    /// How it stands to its declaration.
    public let standing: Standing
    /// The properties that differ, by their paths.
    public let differences: [String]
  }

  /// The stack.
  public let stack: String
  /// In the order of the script, then what is no longer declared.
  public let entries: [Entry]

  /// Reads the status out of a plan.
  public init(_ report: RunReport) {
    stack = report.plan.stack
    let changes = report.plan.changes
    let declared = report.declared.map { resource in
      let change = changes.first {
        $0.kind == resource.kind && $0.name == resource.name && $0.action != .delete
      }
      let standing: Standing =
        switch change?.action {
        case nil: .asDeclared
        case .create: .missing
        default: .differs
        }
      return Entry(
        resource: resource, standing: standing,
        differences: change?.properties.map(\.path) ?? [])
    }
    entries =
      declared
      + report.plan.undeclared.map {
        Entry(resource: $0, standing: .undeclared, differences: [])
      }
  }

  /// Whether all is as declared.
  public var isAsDeclared: Bool { entries.allSatisfy { $0.standing == .asDeclared } }

  /// `{"stack": …, "resources": [{"kind", "name", "status", "differences"}]}`.
  public var document: Value {
    .map([
      "stack": .string(stack),
      "resources": .list(
        entries.map {
          .map([
            "kind": .string($0.resource.kind.rawValue), "name": .string($0.resource.name),
            "status": .string($0.standing.rawValue),
            "differences": .list($0.differences.map(Value.string)),
          ])
        }),
    ])
  }
}
