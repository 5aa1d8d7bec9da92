import VMScript
import VMScriptPlan

/// What took effect: each resource as it was declared when it did.
struct SettledDeclarations: Sendable {
  private var declarations: [ResourceKey: Declaration] = [:]

  /// Whether this very declaration took effect; of what was declared again since, the later one did not.
  func holds(_ declaration: Declaration) -> Bool {
    declarations[declaration.key]?.revision == declaration.revision
  }

  /// What a resource was put into effect as; nil if it never was.
  subscript(_ key: ResourceKey) -> Declaration? { declarations[key] }

  /// Notes that a declaration took effect.
  mutating func insert(_ declaration: Declaration) { declarations[declaration.key] = declaration }

  /// Notes that domains are gone.
  mutating func remove(_ targets: [VerbRequest.Target]) {
    declarations = declarations.filter { key, _ in
      key.kind != .domain || !targets.contains { $0.names(key.name) }
    }
  }
}
