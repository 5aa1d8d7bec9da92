@testable import VMScriptSyntax

/// A text, parsed.
struct ParsedText {
  let tree: Tree
  let diagnostics: [Diagnostic]
  let sources: SourceMap
  private let names: NameTable

  init(_ bytes: [UInt8]) {
    var names = NameTable()
    var sources = SourceMap()
    let source = SourceText(name: "f", bytes: bytes)
    let result = parse(source, id: sources.add(source), names: &names)
    self.names = names
    self.sources = sources
    tree = result.tree
    diagnostics = result.diagnostics
  }

  /// The content of the tree without its positions in the text.
  var meaning: [String] {
    var lines: [String] = []
    var open = [(tree.root, 0)]
    while let (id, level) = open.popLast() {
      guard !id.isAbsent else {
        lines.append("\(level) -")
        continue
      }
      let node = tree[id]
      lines.append("\(level) \(node.kind) \(node.flags.rawValue) \(data(node))")
      open += tree.children(of: id).reversed().map { ($0, level + 1) }
    }
    return lines
  }

  private func data(_ node: Node) -> String {
    switch node.kind {
    case .intLiteral, .floatLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral:
      "\(tree.literals[Int(node.data)])"
    case .stringLiteral: tree.strings[Int(node.data)].debugDescription
    case .unary, .binary, .verbStatement: "\(node.data)"
    case .letStatement, .paramStatement, .funcStatement, .parameter,
      .resource, .property, .nestedBlock, .remove, .name, .namedArgument, .member:
      names[Name(index: node.data)]
    default: ""
    }
  }
}
