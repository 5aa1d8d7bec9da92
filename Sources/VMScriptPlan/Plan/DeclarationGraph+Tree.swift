import VMScript

extension DeclarationGraph {
  /// The graph as the lines of a tree: below each resource are those that it depends on.
  ///
  /// The roots are the resources that no other depends on. A resource with dependencies is expanded
  /// once; further occurrences end with `…`. A resource of the host that the script does not declare
  /// is marked `(not declared)`.
  public var tree: [String] {
    let needed = Set(edges.map(\.to))
    var writer = TreeWriter(graph: self)
    for root in nodes where !needed.contains(root) { writer.write(root: root) }
    // The resources of a cycle all depend on one another.
    for root in nodes where !writer.expanded.contains(root) { writer.write(root: root) }
    return writer.lines
  }
}

/// The lines of a tree of resources.
private struct TreeWriter {
  private let foreign: Set<ResourceKey>
  private let outgoing: [ResourceKey: [DeclarationGraph.Edge]]
  private(set) var lines: [String] = []
  private(set) var expanded: Set<ResourceKey> = []

  init(graph: DeclarationGraph) {
    foreign = Set(graph.foreign)
    outgoing = Dictionary(grouping: graph.edges, by: \.from)
  }

  /// Writes a resource that is not below another one.
  mutating func write(root: ResourceKey) { write(root, label: label(root), head: "", tail: "") }

  /// Returns the kind and the name of a resource.
  private func label(_ key: ResourceKey) -> String {
    "\(key.kind.rawValue) \(key.name)" + (foreign.contains(key) ? " (not declared)" : "")
  }

  /// Writes a resource and, below it, those that it depends on.
  ///
  /// - Parameters:
  ///   - head: the text before the resource.
  ///   - tail: the text before the lines below it.
  private mutating func write(_ key: ResourceKey, label: String, head: String, tail: String) {
    let below = outgoing[key] ?? []
    guard expanded.insert(key).inserted || below.isEmpty else {
      return lines.append(head + label + " …")
    }
    lines.append(head + label)
    for (position, edge) in below.enumerated() {
      let isLast = position == below.count - 1
      write(
        edge.to, label: self.label(edge.to) + (edge.isClone ? " (source)" : ""),
        head: tail + (isLast ? "└─ " : "├─ "), tail: tail + (isLast ? "   " : "│  "))
    }
  }
}
