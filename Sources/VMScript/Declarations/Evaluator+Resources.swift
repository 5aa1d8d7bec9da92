import VMScriptSyntax

extension Evaluator {
  /// The text of a name or label: a bare identifier's own, or a string's.
  mutating func resourceName(_ id: NodeID) throws -> String {
    let node = code[id]
    if node.flags.contains(.bareName) { return code.name(node) }
    let value = try evaluate(id)
    switch value {
    case .string(let text): return text
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    case .secret: throw Diagnostic.secretName(at: code.span(id))
    default: throw Diagnostic.nameNotString(value, at: code.span(id))
    }
  }

  mutating func declareResource(_ id: NodeID, _ node: Node) throws -> Value {
    let isClone = node.kind == .clone
    guard let kind = isClone ? ResourceKind.domain : code.vocabulary.kind(code.name(node)) else {
      // Resolving reported it.
      throw AlreadyReported()
    }
    let nameNode = code.child(isClone ? 1 : 0, of: node)
    let bodyNode = code.child(isClone ? 2 : 1, of: node)
    let nameSpan = code.span(nameNode)
    var span = code.span(id)
    span.length = nameSpan.end - span.start
    let name = try resourceName(nameNode)
    guard ResourceName.isSafe(name) else {
      throw Diagnostic.invalidName(name, of: "a resource", at: nameSpan)
    }
    if let earlier = registry.conflict(kind, name) {
      throw Diagnostic.duplicateResource(kind, name, at: nameSpan, earlier: earlier.nameSpan)
    }
    if let other = registry.lookalike(kind, name) {
      throw Diagnostic.lookalikeResource(
        kind, name, at: nameSpan, other: other.name, earlier: other.nameSpan)
    }
    let source = isClone ? try cloneSource(code.child(0, of: node), cloneNamed: name) : nil
    try charge(1024 + name.utf8.count, at: id)
    if case .declared(let source) = source, let declared = registry.find(.domain, source) {
      // A clone takes over all that its source has, entry by entry.
      try work(declared.body.entryCount, at: id)
      try charge(declared.body.entryCount * 256, at: id)
    }
    let failuresBefore = failures
    var builder = BodyBuilder(schema: code.vocabulary.schema(kind), label: nil, span: span)
    if !bodyNode.isAbsent { try evaluateEntries(bodyNode, into: &builder) }
    if !isClone, let removal = builder.removals.first {
      throw Diagnostic.removeOutsideClone(at: removal.span)
    }
    let declared = try registry.add(
      Declaration(
        kind: kind, name: name, body: builder.block, source: source,
        sourceSpan: isClone ? code.span(code.child(0, of: node)) : nil,
        removals: builder.removals, span: span, nameSpan: nameSpan))
    if failures == failuresBefore {
      for declaration in declared {
        requireProperties(declaration.body, isHostClone: declaration.source?.isHost ?? false)
      }
    }
    let value = Value.resource(registry.reference(kind, name))
    if code[nameNode].flags.contains(.bareName) { store(value, nameNode) }
    return value
  }

  private mutating func cloneSource(_ id: NodeID, cloneNamed name: String) throws -> CloneSource {
    let value = try evaluate(id)
    let source: String
    switch value {
    case .resource(let reference) where reference.kind == .domain: source = reference.name
    case .string(let text): source = text
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    default:
      throw Diagnostic.argumentType(
        "clone", expected: "a domain or its name", value, at: code.span(id))
    }
    guard source != name else {
      throw Diagnostic.cloneOfDescendant(source, at: code.span(id), declared: nil)
    }
    guard let declared = registry.find(.domain, source) else { return .host(source) }
    // Only in a session can what is declared already be made from what is declared now.
    guard !registry.isDescendant(declared, of: name) else {
      throw Diagnostic.cloneOfDescendant(source, at: code.span(id), declared: declared.nameSpan)
    }
    return .declared(source)
  }

  /// Reports required properties that are missing, in nested blocks too.
  private mutating func requireProperties(_ block: DeclaredBlock, isHostClone: Bool) {
    if !isHostClone {
      for property in block.schema.properties
      where property.isRequired && block.property(property.name) == nil {
        report(.missingProperty(property.name, in: block.schema.name, at: block.span))
      }
    }
    for nested in block.blocks { requireProperties(nested, isHostClone: isHostClone) }
  }
}

extension DeclaredBlock {
  /// Properties and blocks of it and of all blocks in it.
  fileprivate var entryCount: Int {
    blocks.reduce(properties.count + blocks.count) { $0 + $1.entryCount }
  }
}

extension CloneSource {
  /// The name of the domain that is cloned.
  var name: String {
    switch self {
    case .declared(let name), .host(let name): name
    }
  }

  var isHost: Bool {
    if case .host = self { true } else { false }
  }
}
