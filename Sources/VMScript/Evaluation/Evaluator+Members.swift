import VMScriptSyntax

extension Evaluator {
  mutating func evaluateIndex(_ id: NodeID, _ node: Node) throws -> Value {
    let base = try evaluate(code.child(0, of: node))
    let indexNode = code.child(1, of: node)
    let index = try evaluate(indexNode)
    func position(_ number: Int64, _ count: Int64) throws -> Int64 {
      let position = number < 0 && count != .max ? number + count : number
      guard position >= 0, position < count else {
        throw Diagnostic.outOfBounds(number, count: count, at: code.span(indexNode))
      }
      return position
    }
    switch (base, index) {
    case (.unknown, _): return base
    case (_, .unknown): return index
    case (.map(let entries), .string(let key)): return entries[key] ?? .none
    case (.list(let items), .int(let number)):
      return items[Int(try position(number, Int64(items.count)))]
    case (.range(let range), .int(let number)):
      return range.member(at: try position(number, range.count))
    case (.cidr(let subnet), .int(let number)):
      guard let address = subnet[number] else {
        throw Diagnostic.outOfBounds(number, count: subnet.count, at: code.span(indexNode))
      }
      return .ip(address)
    case (.string(let text), .int(let number)):
      try work(text.utf8.count, at: id)
      let place = Int(try position(number, Int64(text.count)))
      return .string(String(text[text.index(text.startIndex, offsetBy: place)]))
    default:
      throw Diagnostic.operands("[ ]", base, index, at: code.span(id))
    }
  }

  mutating func evaluateMember(_ id: NodeID, _ node: Node) throws -> Value {
    let target = code.target(of: id)
    guard case .none = target else { return try value(of: target, named: id) }
    // A name that a module does not have was reported.
    if case .module = code.target(of: code.child(0, of: node)) { throw AlreadyReported() }
    return try member(code.name(node), of: try evaluate(code.child(0, of: node)), id)
  }

  private mutating func member(_ name: String, of base: Value, _ id: NodeID) throws -> Value {
    switch base {
    case .unknown: return base
    case .resource(let reference): return try attribute(name, of: reference, id)
    case .map(let entries):
      if let value = entries[name] { return value }
      if let attribute = attribute(name, of: base) { return try read(attribute, of: base, id) }
      throw Diagnostic.unknownMember(
        name, of: "map", at: code.nameSpan(id), known: Array(entries.keys))
    default:
      if let attribute = attribute(name, of: base) { return try read(attribute, of: base, id) }
      let known = Builtin.members(of: base.type).filter { !$0.isCalled }
      throw Diagnostic.unknownMember(
        name, of: base.typeName, at: code.nameSpan(id), known: known.map(\.name))
    }
  }

  /// The attribute of this name that a value has.
  private func attribute(_ name: String, of base: Value) -> Builtin? {
    Builtin.member(name, of: base.type).flatMap { $0.isCalled ? nil : $0 }
  }

  mutating func evaluateMethodCall(
    _ id: NodeID, _ node: Node, _ memberNode: NodeID, _ member: Node
  ) throws -> Value {
    if case .module = code.target(of: code.child(0, of: member)) { throw AlreadyReported() }
    let base = try evaluate(code.child(0, of: member))
    let name = code.name(member)
    if case .unknown = base { return base }
    if case .map(let entries) = base, let function = entries[name] {
      return try call(function, id, node, memberNode)
    }
    guard let method = Builtin.member(name, of: base.type),
      // `.count()` is `.count`.
      method.isCalled || node.childCount == 1
    else {
      let members = Builtin.members(of: base.type)
      let known = members.filter(\.isCalled) + members.filter { !$0.isCalled }
      throw Diagnostic.unknownMember(
        name, of: base.typeName, at: code.nameSpan(memberNode), known: known.map(\.name))
    }
    if !method.isCalled { return try read(method, of: base, memberNode) }
    return try call(method, of: base, try positional(node, of: name), id)
  }
}
