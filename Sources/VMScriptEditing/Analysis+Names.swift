import VMScript
import VMScriptSyntax

extension Analysis {
  /// What a definition is of.
  func kind(of definition: NameRecord.Definition) -> Candidate.Kind {
    let node = code[definition.node]
    switch node.kind {
    case .funcStatement: return .function
    case .paramStatement, .parameter: return .parameter
    case .name where definition.module != nil: return .module
    case .name where node.flags.contains(.bareName): return .resource
    default: return .variable
    }
  }

  /// What the `##` lines above a definition say.
  func documentation(of definition: NameRecord.Definition) -> String? {
    documentation[definition.node]
  }

  /// What a definition is, on one line: `func address(n, first = 10.0.0.1)`, `param n: int = 3`.
  func headline(of definition: NameRecord.Definition) -> String {
    let node = code[definition.node]
    let name = code.names[definition.name]
    switch node.kind {
    case .funcStatement: return "func \(name)\(code.text(code.child(0, of: node)))"
    case .letStatement, .paramStatement:
      return code.text(definition.node).split(separator: "\n").first.map(String.init) ?? name
    case .parameter: return code.text(definition.node)
    case .name where definition.module != nil: return "import … as \(name)"
    case .name where node.flags.contains(.bareName):
      return resourceHead(of: definition) ?? name
    default: return name
    }
  }

  private func resourceHead(of definition: NameRecord.Definition) -> String? {
    let source = sources[definition.span.source].bytes
    let end = Int(definition.span.end)
    let start = source[..<end].lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: ";") }
    let line = String(decoding: source[(start.map { $0 + 1 } ?? 0)..<end], as: UTF8.self)
    return line.split(separator: " ").joined(separator: " ")
  }

  /// The parameters of a function or lambda, as they are written.
  func parameters(of definition: NameRecord.Definition) -> [String]? {
    code.parameters(of: definition.node)?.map(code.text)
  }

  /// A definition as completion knows it.
  func knownName(_ definition: NameRecord.Definition, hasMembers: Bool = true) -> KnownName {
    let text = code.names[definition.name]
    var members: [KnownName] = []
    if let module = definition.module, hasMembers {
      members = code.modules[module].exports.compactMap { export in
        definitions[export.span].map { knownName($0, hasMembers: false) }
      }
    }
    let kind = kind(of: definition)
    let isTopLevel = code.isGlobal(definition.node)
    return KnownName(
      text, kind, value: isTopLevel ? values[text] : nil,
      detail: kind == .module ? "module" : headline(of: definition),
      doc: documentation(of: definition) ?? "", members: members)
  }

  /// The names that the script defines at its top, and those that it imports.
  var topLevelNames: [KnownName] {
    definitions.values.filter { definition in
      guard definition.span.source == main else { return false }
      return definition.module != nil || code.isGlobal(definition.node)
        || code.isTopLevelFunction(definition.node)
    }.sorted { $0.span.start < $1.span.start }.map { knownName($0) }
  }
}

extension Code {
  func isGlobal(_ id: NodeID) -> Bool {
    if case .global = target(of: id) { true } else { false }
  }

  func isTopLevelFunction(_ id: NodeID) -> Bool {
    let node = self[id]
    guard node.kind == .funcStatement else { return false }
    if case .function = target(of: id) { return true }
    return false
  }

  /// The node that what a statement defines is known by: of a resource its name, if that is one.
  func definingNode(_ statement: NodeID) -> NodeID {
    var node = self[statement]
    if node.kind == .expressionStatement { node = self[child(0, of: node)] }
    let name: NodeID
    switch node.kind {
    case .resource: name = child(0, of: node)
    case .clone: name = child(1, of: node)
    default: return statement
    }
    return self[name].flags.contains(.bareName) ? name : statement
  }
}
