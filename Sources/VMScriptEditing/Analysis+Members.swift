import VMScript
import VMScriptSyntax

extension Analysis {
  /// What there is to say about a member of an expression, and of which types if its is not known.
  func member(_ name: String, of base: NodeID, at span: Span) -> Hover? {
    let value = value(of: base)
    if case .map(let entries)? = value, let entry = entries[name] {
      return Hover(span: span, code: "\(name): \(entry.brief)", paragraphs: [])
    }
    if case .resource(let reference)? = value {
      if let attribute = reference.kind.attribute(name) {
        return Hover(over: span, attribute.reference)
      }
      let schema = code.vocabulary.schema(reference.kind)
      return schema.property(name).map { Hover(over: span, $0) }
        ?? schema.block(name).map { Hover(over: span, $0) }
    }
    if let type = value?.typeName ?? literalType(of: base) {
      return Reference.type(type)?.entry(name).map { Hover(over: span, $0) }
    }
    let entries = Reference.types.compactMap { type in
      type.entry(name).map { (type: type.name, entry: $0) }
    }
    guard let first = entries.first?.entry else { return nil }
    return Hover(
      span: span, code: first.form, paragraphs: entries.map { "`\($0.type)`: \($0.entry.doc)." })
  }

  /// The value of a name or of its members, where a top-level name has one that is known.
  private func value(of id: NodeID) -> Value? {
    let node = code[id]
    switch node.kind {
    case .name where code.isGlobal(id): return values[code.name(node)]
    case .member:
      guard case .map(let entries)? = value(of: code.child(0, of: node)) else { return nil }
      return entries[code.name(node)]
    default: return nil
    }
  }

  /// The type of what is written out.
  private func literalType(of id: NodeID) -> String? {
    switch code[id].kind {
    case .stringLiteral, .interpolation: "string"
    case .list, .comprehension: "list"
    case .map: "map"
    case .sizeLiteral: "size"
    case .durationLiteral: "duration"
    case .cidrLiteral: "cidr"
    default: nil
    }
  }
}

extension TypeReference {
  /// What there is to say about a member or method.
  fileprivate func entry(_ name: String) -> ReferenceEntry? {
    (members + methods).first { $0.name == name }
  }
}
