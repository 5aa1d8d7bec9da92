import VMScriptSyntax

extension Resolver {
  mutating func resolveResource(_ id: NodeID) {
    if !context.isModuleLevel { diagnostics.append(.misplaced("a resource", at: span(id))) }
    let isClone = node(id).kind == .clone
    if isClone { resolveExpression(child(0, id)) }
    let nameNode = child(isClone ? 1 : 0, id)
    resolveResourceName(nameNode)
    let kind = isClone ? ResourceKind.domain : ResourceKind(rawValue: names[name(id)])
    resolveBody(child(isClone ? 2 : 1, id), schema: kind.map(Schema.resource))
    if node(nameNode).flags.contains(.bareName) {
      bind(nameNode, name(nameNode), span: span(nameNode))
    }
  }

  /// Resolves the entries of a body and holds their names to the schema.
  mutating func resolveBody(_ id: NodeID, schema: BlockSchema?) {
    context.push()
    for entry in children(id) { resolveEntry(entry, schema) }
    context.pop()
  }

  private mutating func resolveEntry(_ id: NodeID, _ schema: BlockSchema?) {
    switch node(id).kind {
    case .property:
      resolveAssignment(key: names[name(id)], at: keySpan(id), value: child(0, id), schema)
    case .nestedBlock:
      let block = schema?.block(names[name(id)])
      if let schema, block == nil {
        let known = schema.property(names[name(id)]) != nil
        diagnostics.append(
          known
            ? .notABlock(names[name(id)], at: keySpan(id))
            : .unknownProperty(names[name(id)], in: schema, at: keySpan(id)))
      }
      let label = child(0, id)
      if !label.isAbsent { resolveResourceName(label) }
      resolveBody(child(1, id), schema: block)
    case .ifStatement: resolveIf(id, body: schema)
    case .forStatement: resolveFor(id, body: schema)
    case .remove:
      if let schema, schema.block(names[name(id)]) == nil {
        diagnostics.append(.unknownProperty(names[name(id)], in: schema, at: span(id)))
      }
      resolveResourceName(child(0, id))
    case .spread: resolveExpression(child(0, id))
    default: resolveStatement(id)
    }
  }

  private mutating func resolveAssignment(
    key: String, at span: Span, value: NodeID, _ schema: BlockSchema?
  ) {
    guard let schema else { return resolveExpression(value) }
    if let property = schema.property(key) {
      resolveValue(value, words: property.type.words)
    } else if let block = schema.block(key) {
      resolveBlockValue(value, block)
    } else {
      diagnostics.append(.unknownProperty(key, in: schema, at: span))
      resolveExpression(value)
    }
  }

  /// The value of a property; a bare identifier that is one of `words` means the word.
  private mutating func resolveValue(_ id: NodeID, words: [String]) {
    guard !words.isEmpty, !id.isAbsent else { return resolveExpression(id) }
    switch node(id).kind {
    case .name where words.contains(names[name(id)]):
      set(id, .word)
    case .name where !isKnown(name(id)):
      diagnostics.append(.unknownWord(names[name(id)], at: span(id), words: words))
    case .list:
      for element in children(id) { resolveValue(element, words: words) }
    case .conditional:
      resolveExpression(child(0, id))
      resolveValue(child(1, id), words: words)
      resolveValue(child(2, id), words: words)
    default:
      resolveExpression(id)
    }
  }

  private func isKnown(_ name: Name) -> Bool {
    context.lookup(name) != nil || topLevel[name] != nil
  }

  /// A block written as `key = { … }`, `key = [{ … }]` or by its shorthand.
  private mutating func resolveBlockValue(_ id: NodeID, _ block: BlockSchema) {
    switch node(id).kind {
    case .map:
      for entry in children(id) {
        guard node(entry).kind == .mapEntry, node(child(0, entry)).kind == .stringLiteral,
          case .string(let key) = pool.literals[Int(node(child(0, entry)).data)],
          key != "name" || block.property(key) != nil
        else {
          resolveExpression(entry)
          continue
        }
        resolveAssignment(key: key, at: span(child(0, entry)), value: child(1, entry), block)
      }
    case .list:
      for element in children(id) { resolveBlockValue(element, block) }
    default:
      let shorthand = block.shorthand.flatMap(block.property)
      resolveValue(id, words: shorthand?.type.words ?? [])
    }
  }

  /// The key at the start of a property or block.
  private func keySpan(_ id: NodeID) -> Span {
    let length = UInt32(names[name(id)].utf8.count)
    return Span(source: source, start: node(id).start, length: length)
  }
}
