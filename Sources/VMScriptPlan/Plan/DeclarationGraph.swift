import VMScript
import VMScriptSyntax

/// The declared resources of a script and what each depends on, as a graph.
public struct DeclarationGraph: Sendable {
  /// A relation of two resources.
  public struct Edge: Sendable, Hashable {
    /// The resource that depends on the other.
    public let from: ResourceKey
    /// The resource that it depends on.
    public let to: ResourceKey
    /// Whether it is a clone of the other.
    public let isClone: Bool
  }

  /// The declared resources, in the order of the script.
  public let nodes: [ResourceKey]
  /// The resources of the host that the script uses without declaring them.
  public let foreign: [ResourceKey]
  /// The relations, in the order of the script.
  public let edges: [Edge]

  /// Finds the relations of declarations.
  public init(_ set: DeclarationSet) {
    nodes = set.declarations.map(\.key)
    let declared = Set(nodes)
    var foreign: [ResourceKey] = []
    var edges: [Edge] = []
    func connect(_ from: ResourceKey, _ kinds: [ResourceKind], _ name: String, isClone: Bool) {
      let candidates = kinds.map { ResourceKey(kind: $0, name: name) }
      guard let to = candidates.first(where: declared.contains) ?? candidates.first else { return }
      let edge = Edge(from: from, to: to, isClone: isClone)
      guard !edges.contains(edge), !isClone || from != to else { return }
      if !declared.contains(to), !foreign.contains(to) { foreign.append(to) }
      edges.append(edge)
    }
    for declaration in set.declarations {
      if let source = declaration.sourceName {
        connect(declaration.key, [.domain], source, isClone: true)
      }
      for mention in declaration.mentions {
        connect(declaration.key, mention.kinds, mention.name, isClone: false)
      }
    }
    self.foreign = foreign
    self.edges = edges
  }

  /// The graph in the language of Graphviz.
  ///
  /// Reference: https://graphviz.org/doc/info/lang.html
  public var dot: String {
    let numbers = Dictionary(
      (nodes + foreign).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var lines = ["digraph {", "  rankdir = LR", "  node [fontname = sans]"]
    for (key, number) in numbers.sorted(by: { $0.value < $1.value }) {
      let style = number < nodes.count ? "" : ", style = dashed"
      lines.append(
        "  n\(number) [label = \(Self.quoted("\(key.kind.rawValue) \(key.name)")), "
          + "shape = \(Self.shape(key.kind))\(style)]")
    }
    for edge in edges {
      guard let from = numbers[edge.from], let to = numbers[edge.to] else { continue }
      lines.append("  n\(from) -> n\(to)" + (edge.isClone ? " [label = clone]" : ""))
    }
    return (lines + ["}"]).map { $0 + "\n" }.joined()
  }

  private static func shape(_ kind: ResourceKind) -> String {
    switch kind {
    case .domain: "box"
    case .net: "ellipse"
    case .image: "cylinder"
    case .custom: "note"
    }
  }

  /// Returns a text as a quoted identifier; a backslash would begin an escape of labels.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case let control where control.value < 32: quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
