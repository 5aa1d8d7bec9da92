import VMScriptSyntax

extension Evaluator {
  mutating func evaluate(_ id: NodeID) throws -> Value {
    if trace != nil { return try evaluateTraced(id) }
    return try evaluateNode(id)
  }

  /// The value of a node, whether a `check` looks on or not.
  @inline(__always)
  mutating func evaluateNode(_ id: NodeID) throws -> Value {
    let node = code[id]
    switch node.kind {
    case .name: return try read(id, node)
    case .intLiteral, .floatLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral,
      .stringLiteral:
      return code.literals[Int(node.data)]
    case .noneLiteral:
      // A property may have a word `none`.
      if case .word = code.target(of: id) { return .string("none") }
      return .none
    case .trueLiteral: return .bool(true)
    case .falseLiteral: return .bool(false)
    case .binary: return try evaluateBinary(id, node)
    case .unary: return try evaluateUnary(id, node)
    case .conditional:
      let isTrue = try condition(code.child(0, of: node))
      return try evaluate(code.child(isTrue ? 1 : 2, of: node))
    case .call: return try evaluateCall(id, node)
    case .member: return try evaluateMember(id, node)
    case .index: return try evaluateIndex(id, node)
    case .interpolation: return try evaluateInterpolation(id, node)
    case .list: return try evaluateList(id, node)
    case .map: return try evaluateMap(id, node)
    case .comprehension: return try evaluateComprehension(id, node)
    case .lambda: return try makeLambda(id, node)
    case .resource, .clone: return try declareResource(id, node)
    default: throw AlreadyReported()
    }
  }

  // MARK: Names

  private mutating func read(_ id: NodeID, _ node: Node) throws -> Value {
    switch code.target(of: id) {
    case .local(let slot): return stack[base + Int(slot)]
    case .word: return .string(code.name(node))
    case let target: return try value(of: target, named: id)
    }
  }

  /// The value behind a target other than a local slot; `id` is where it is read.
  mutating func value(of target: Target, named id: NodeID) throws -> Value {
    switch target {
    case .local(let slot): return stack[base + Int(slot)]
    case .global(let slot):
      if let value = globals[Int(slot)] { return value }
      if hasErrors { throw AlreadyReported() }
      throw Diagnostic.notYetDefined(code.globals[Int(slot)], at: code.span(id))
    case .capture(let index): return captured(index)
    case .callee: return callee.map(Value.function) ?? .none
    case .function(let index): return .function(FunctionValue(code: .script(Int(index))))
    case .host(let index): return code.vocabulary.names.values[Int(index)].value
    case .builtin(let index):
      return .function(FunctionValue(code: .builtin(Builtin.functions[Int(index)])))
    case .module(let index): return try moduleValue(Int(index), at: id)
    case .word, .hoists, .none: throw AlreadyReported()
    }
  }

  private mutating func moduleValue(_ index: Int, at id: NodeID) throws -> Value {
    var members: ValueMap = [:]
    let exports = code.modules[index].exports
    try work(exports.count, at: id)
    for export in exports { members[export.name] = try value(of: export.target, named: id) }
    return try made(.map(members), at: id)
  }

  // MARK: Composed values

  private mutating func evaluateInterpolation(_ id: NodeID, _ node: Node) throws -> Value {
    var text = ""
    var isSecret = false
    var unknown: UnknownOrigin?
    for part in code.children(of: node) {
      let value = try evaluate(part)
      if case .unknown(let origin) = value {
        unknown = origin
        continue
      }
      if try holdsUnknown(value, at: id) { unknown = .part }
      let piece = try self.text(value, at: id)
      isSecret = isSecret || piece.isSecret
      try charge(piece.text.utf8.count, at: id)
      text += piece.text
    }
    if let unknown { return .unknown(unknown) }
    return isSecret ? .secret(SecretText(text)) : .string(text)
  }

  private mutating func evaluateList(_ id: NodeID, _ node: Node) throws -> Value {
    var items: [Value] = []
    items.reserveCapacity(Int(node.childCount))
    for element in code.children(of: node) {
      let child = code[element]
      guard child.kind == .spread else {
        items.append(try evaluate(element))
        continue
      }
      let inner = code.child(0, of: child)
      switch try evaluate(inner) {
      case .list(let spread): items += spread
      case .unknown(let origin): return .unknown(origin)
      case let other: throw Diagnostic.cannotSpread(other, into: "list", at: code.span(inner))
      }
    }
    return try made(.list(items), at: id)
  }

  private mutating func evaluateMap(_ id: NodeID, _ node: Node) throws -> Value {
    var entries: ValueMap = [:]
    for entry in code.children(of: node) {
      let child = code[entry]
      let inner = code.child(0, of: child)
      guard child.kind == .mapEntry else {
        switch try evaluate(inner) {
        case .map(let spread): entries.merge(spread) { _, new in new }
        case .unknown(let origin): return .unknown(origin)
        case let other: throw Diagnostic.cannotSpread(other, into: "map", at: code.span(inner))
        }
        continue
      }
      let key = try evaluate(inner)
      if case .unknown(let origin) = key { return .unknown(origin) }
      guard case .string(let text) = key else {
        throw Diagnostic.keyNotString(key, at: code.span(inner))
      }
      entries[text] = try evaluate(code.child(1, of: child))
    }
    return try made(.map(entries), at: id)
  }
}
