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
    // A name that a module does not have was already reported.
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

  /// Returns the attribute of this name of a value.
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
      // `.count()` means the same as `.count`.
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

extension Evaluator {
  /// Returns an attribute of a resource: from its declaration if possible, otherwise live.
  mutating func attribute(_ name: String, of reference: ResourceReference, _ id: NodeID) throws
    -> Value
  {
    if name == "name" { return .string(reference.name) }
    let declaration = registry.find(reference.kind, reference.name)
    if let declaration, let value = declared(name, of: declaration) {
      if case .domain(let attribute)? = declaration.kind.attribute(name),
        attribute == .uuid && declaration.body["uuid"] == nil || attribute == .macs
      {
        return try offTheClock { evaluator in
          try evaluator.host.identity(
            value, attribute, of: declaration.reference, at: evaluator.code.span(id),
            declarations: evaluator.registry.set)
        }
      }
      guard declaration.kind == .domain, name == "ip", case .ip(let address) = value else {
        return value
      }
      return try offTheClock { evaluator in
        .ip(
          try evaluator.host.address(
            declared: address, of: declaration.reference, at: evaluator.code.span(id),
            declarations: evaluator.registry.set))
      }
    }
    guard let attribute = reference.kind.attribute(name) else {
      let live = reference.kind.attributes.map(\.name)
      if declaration == nil, Schema.resource(reference.kind).entryNames.contains(name) {
        throw Diagnostic.undeclaredMember(name, of: reference, at: code.nameSpan(id), known: live)
      }
      throw Diagnostic.unknownMember(
        name, of: reference.kind.rawValue, at: code.nameSpan(id),
        known: live + ["name"] + (declaration?.body.schema.entryNames ?? []))
    }
    try prepareEffect()
    let current = registry.reference(reference.kind, reference.name)
    return try offTheClock { evaluator in
      let value = try evaluator.host.attribute(
        attribute, of: current, at: evaluator.code.span(id), declarations: evaluator.registry.set)
      return attribute.row.member.map { .map([$0: value]) } ?? value
    }
  }

  private func declared(_ name: String, of declaration: Declaration) -> Value? {
    let isHostClone = declaration.source?.isHost ?? false
    switch declaration.kind.attribute(name) {
    case .domain(.uuid), .net(.uuid):
      return declaration.body["uuid"]
        ?? .string(
          Identity.uuid(
            stack: registry.set.stack, kind: declaration.kind, name: declaration.name))
    case .domain(.macs):
      guard !isHostClone else { return nil }
      return .list(
        declaration.body.blocks("nic").enumerated().map { index, nic in
          nic["mac"]
            ?? .mac(
              Identity.mac(
                stack: registry.set.stack, domain: declaration.name,
                nic: nic.key(at: index)))
        })
    case .domain(.ip):
      return declaration.body.blocks("nic").lazy.compactMap { $0["ip"] }.first
    // The machine may have been stopped since.
    case .domain(.state), .net(.state): return nil
    case .domain(.ips), .domain(.id), .domain(.vnc), .domain(.console), .domain(.snapshots),
      .net(.bridge), .image:
      return declaration.body[name]
    case nil: return declaration.body[name] ?? undeclared(name, of: declaration.body)
    }
  }

  /// Returns an entry that is not declared: the default of a property, a block as a map or a list of
  /// maps, or `none`; nil if the schema has no such entry.
  private func undeclared(_ name: String, of body: DeclaredBlock) -> Value? {
    if let property = body.schema.property(name) { return property.defaultValue ?? Value.none }
    guard body.schema.block(name) != nil else { return nil }
    guard case .map(let entries) = body.document else { return nil }
    return entries[name] ?? Value.none
  }
}
