import VMScriptSyntax

extension Resolver {
  mutating func resolveResource(_ id: NodeID) {
    if !context.isModuleLevel { diagnostics.append(.misplaced("a resource", at: span(id))) }
    let isClone = node(id).kind == .clone
    if isClone { resolveExpression(child(0, id)) }
    let nameNode = child(isClone ? 1 : 0, id)
    resolveResourceName(nameNode)
    let kind = isClone ? ResourceKind.domain : vocabulary.kind(names[name(id)])
    let body = child(isClone ? 2 : 1, id)
    if let kind {
      if !body.isAbsent { resolveBody(body, schema: vocabulary.schema(kind)) }
    } else {
      reportUnknownKind(id)
      // The meaning of its words is unknown too, but an editor still needs the names.
      let count = diagnostics.count
      resolveBody(body, schema: nil)
      diagnostics.removeLast(diagnostics.count - count)
    }
    if node(nameNode).flags.contains(.bareName) {
      warnOfVariable(nameNode)
      bind(nameNode, name(nameNode), span: span(nameNode), isResource: true)
    }
  }

  /// Warns of a bare name of a resource that is also a variable, whose value may be meant.
  private mutating func warnOfVariable(_ id: NodeID) {
    let definition: Span?
    if let local = context.binding(of: name(id)) {
      definition = local.isResource ? nil : local.span
    } else {
      // At the top level of a module, the name is the resource's own.
      let own = context.isTopLevel ? nil : topLevel[name(id)]
      let known = (own ?? inherited[name(id)]).flatMap { $0.isVariable ? $0 : nil }
      definition = known.map { $0.definition ?? $0.span }
    }
    if let definition {
      diagnostics.append(.nameOfVariable(names[name(id)], at: span(id), definition: definition))
    }
  }

  private mutating func reportUnknownKind(_ id: NodeID) {
    diagnostics.append(
      .unknownKind(names[name(id)], at: nameSpan(id), known: Array(vocabulary.kinds.keys)))
  }

  /// Resolves the entries of a body and checks their names against the schema.
  mutating func resolveBody(_ id: NodeID, schema: BlockSchema?) {
    context.push()
    for entry in children(id) { resolveEntry(entry, schema) }
    context.pop()
  }

  private mutating func resolveEntry(_ id: NodeID, _ schema: BlockSchema?) {
    switch node(id).kind {
    case .property:
      resolveAssignment(key: names[name(id)], at: nameSpan(id), value: child(0, id), schema)
    case .nestedBlock:
      let block = schema?.block(names[name(id)])
      noteUse(nameSpan(id), block.map(NameRecord.Meaning.block))
      if let schema, block == nil {
        let known = schema.property(names[name(id)]) != nil
        diagnostics.append(
          known
            ? .notABlock(names[name(id)], at: nameSpan(id))
            : .unknownProperty(names[name(id)], in: schema, at: nameSpan(id)))
      }
      for name in [child(0, id), child(1, id)] where !name.isAbsent { resolveResourceName(name) }
      let body = child(2, id)
      if !body.isAbsent { resolveBody(body, schema: block) }
    case .ifStatement: resolveIf(id, body: schema)
    case .forStatement: resolveFor(id, body: schema)
    case .remove:
      // Outside of a clone it is refused as a whole.
      if let schema, schema.name == Schema.domain.name, schema.block(names[name(id)]) == nil {
        diagnostics.append(.unknownProperty(names[name(id)], in: schema, at: nameSpan(id)))
      }
      resolveResourceName(child(0, id))
    case .spread: resolveSpread(child(0, id), schema)
    default: resolveStatement(id)
    }
  }

  private mutating func resolveAssignment(
    key: String, at span: Span, value: NodeID, _ schema: BlockSchema?
  ) {
    guard let schema else { return resolveExpression(value) }
    if let property = schema.property(key) {
      noteUse(span, .property(property))
      resolveValue(value, words: property.type.words)
    } else if let block = schema.block(key) {
      noteUse(span, .block(block))
      resolveBlockValue(value, block)
    } else {
      diagnostics.append(.unknownProperty(key, in: schema, at: span))
      resolveExpression(value)
    }
  }

  /// Resolves the value of a property; a bare identifier that is one of `words` means the word.
  private mutating func resolveValue(_ id: NodeID, words: [String]) {
    guard !words.isEmpty, !id.isAbsent else { return resolveExpression(id) }
    observe(id)
    switch node(id).kind {
    case .name where words.contains(names[name(id)]):
      noteUse(nameSpan(id), .word)
      set(id, .word)
    case .name where !isKnown(name(id)):
      diagnostics.append(.unknownWord(names[name(id)], at: span(id), words: words))
    case .noneLiteral where words.contains("none"):
      set(id, .word)
    case .list:
      for element in children(id) { resolveValue(element, words: words) }
    case .map:
      refuseRepeatedKeys(id)
      for entry in children(id) {
        guard node(entry).kind == .mapEntry else {
          resolveExpression(entry)
          continue
        }
        resolveExpression(child(0, entry))
        resolveValue(child(1, entry), words: words)
      }
    default:
      resolveAlternatives(id) { $0.resolveValue($1, words: words) }
    }
  }

  /// Applies `resolve` to the possible results of an expression: the branches of a conditional,
  /// both sides of `??`, the element of a comprehension.
  private mutating func resolveAlternatives(
    _ id: NodeID, _ resolve: (inout Resolver, NodeID) -> Void
  ) {
    switch node(id).kind {
    case .conditional:
      resolveExpression(child(0, id))
      resolve(&self, child(1, id))
      resolve(&self, child(2, id))
    case .binary where node(id).data == Operator.coalesce.rawValue:
      resolve(&self, child(0, id))
      resolve(&self, child(1, id))
    case .comprehension:
      resolveComprehension(id, resolve)
    default:
      resolveExpression(id)
    }
  }

  private func isKnown(_ name: Name) -> Bool {
    context.lookup(name) != nil || topLevel[name] != nil || inherited[name] != nil
  }

  /// Resolves a block written as `key = { … }`, `key = [{ … }]` or by its shorthand.
  private mutating func resolveBlockValue(_ id: NodeID, _ block: BlockSchema) {
    switch node(id).kind {
    case .map:
      resolveMap(id, block)
    case .list:
      for element in children(id) { resolveBlockValue(element, block) }
    case .conditional, .comprehension:
      resolveAlternatives(id) { $0.resolveBlockValue($1, block) }
    default:
      let shorthand = block.shorthand.flatMap(block.property)
      resolveValue(id, words: shorthand?.type.words ?? [])
    }
  }

  /// Resolves a map that is spread into a body.
  private mutating func resolveSpread(_ id: NodeID, _ schema: BlockSchema?) {
    guard let schema else { return resolveExpression(id) }
    if node(id).kind == .map {
      resolveMap(id, schema)
    } else {
      resolveAlternatives(id) { $0.resolveSpread($1, schema) }
    }
  }

  /// Resolves the entries of a map that becomes a body, or a part of one.
  private mutating func resolveMap(_ id: NodeID, _ block: BlockSchema) {
    refuseRepeatedKeys(id)
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
  }
}
