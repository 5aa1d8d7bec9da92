import VMScript
import VMScriptSyntax

/// Infers the types of expressions in a script that may be incomplete.
struct TypeInference {
  private let code: Code
  private let definitions: [Span: NameRecord.Definition]
  /// The definitions that names refer to, by place of the name.
  private let uses: [Span: Span]
  /// Known names besides those that the code defines.
  private let known: [String: KnownName]
  /// The statements and clauses that define or bind names.
  private var binders: [NodeID: NodeID] = [:]
  /// The remaining steps: functions may call each other endlessly.
  private var steps = 4_000

  init(_ code: Code, _ record: NameRecord, _ known: [KnownName]) {
    self.code = code
    definitions = record.definitions
    var uses: [Span: Span] = [:]
    for use in record.uses {
      if case .definition(let definition) = use.meaning { uses[use.span] = definition }
    }
    self.uses = uses
    self.known = Dictionary(known.map { ($0.text, $0) }) { first, _ in first }
    for (index, node) in code.nodes.enumerated() {
      let names: ArraySlice<NodeID>
      switch node.kind {
      case .resource: names = code.children(of: node).prefix(1)
      case .clone: names = code.children(of: node).dropFirst().prefix(1)
      case .forStatement, .forClause: names = code.children(of: node).prefix(2)
      default: continue
      }
      for name in names where !name.isAbsent { binders[name] = NodeID(index: UInt32(index)) }
    }
  }

  /// Returns the type of an expression; nil if the text does not show it.
  mutating func type(of id: NodeID, depth: Int = 0) -> StaticType? {
    guard !id.isAbsent, depth < 48, steps > 0 else { return nil }
    steps -= 1
    let node = code[id]
    func child(_ position: Int) -> NodeID { code.child(position, of: node) }
    switch node.kind {
    case .trueLiteral, .falseLiteral: return .named("bool")
    case .intLiteral: return .named("int")
    case .floatLiteral: return .named("float")
    case .sizeLiteral: return .named("size")
    case .durationLiteral: return .named("duration")
    case .ipLiteral: return .named("ip")
    case .cidrLiteral: return .named("cidr")
    case .stringLiteral, .interpolation: return .named("string")
    case .lambda: return .named("function")
    case .resource: return code.vocabulary.kind(code.name(node)).map(StaticType.resource)
    case .clone: return .resource(.domain)
    case .expressionStatement: return type(of: child(0), depth: depth + 1)
    case .list:
      return .list(StaticType.common(code.children(of: node).map { item(of: $0, depth) }))
    case .comprehension: return .list(type(of: child(0), depth: depth + 1))
    case .map: return map(node, depth)
    case .unary:
      return node.data == Operator.not.rawValue
        ? .named("bool") : type(of: child(0), depth: depth + 1)
    case .binary: return binary(node, depth)
    case .conditional:
      return type(of: child(1), depth: depth + 1) ?? type(of: child(2), depth: depth + 1)
    case .name: return name(id, code.name(node), depth)
    case .member:
      if let definition = uses[code.nameSpan(id)] { return type(of: definition, depth) }
      return type(of: child(0), depth: depth + 1)?.member(code.name(node), code.vocabulary)
    case .index: return indexed(node, depth)
    case .call: return call(node, depth)
    default: return nil
    }
  }

  // MARK: Collections and operators

  private mutating func item(of id: NodeID, _ depth: Int) -> StaticType? {
    let node = code[id]
    guard node.kind == .spread else { return type(of: id, depth: depth + 1) }
    return type(of: code.child(0, of: node), depth: depth + 1)?.element
  }

  private mutating func map(_ node: Node, _ depth: Int) -> StaticType {
    var parts: [StaticType?] = []
    for id in code.children(of: node) {
      let entry = code[id]
      switch entry.kind {
      case .mapEntry:
        guard let key = code.writtenName(code.child(0, of: entry)) else { continue }
        parts.append(.map([(key, type(of: code.child(1, of: entry), depth: depth + 1))]))
      case .spread: parts.append(type(of: code.child(0, of: entry), depth: depth + 1))
      default: continue
      }
    }
    return StaticType.common(parts.filter { $0?.name == "map" }) ?? .map([])
  }

  private mutating func binary(_ node: Node, _ depth: Int) -> StaticType? {
    let left = type(of: code.child(0, of: node), depth: depth + 1)
    switch Operator(rawValue: node.data) {
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained:
      return .named("bool")
    case .closedRange, .halfOpenRange: return .range(left)
    case .coalesce: return left ?? type(of: code.child(1, of: node), depth: depth + 1)
    default: break
    }
    let right = type(of: code.child(1, of: node), depth: depth + 1)
    let numbers: Set = ["int", "float"]
    guard let left, let right else { return left ?? right }
    switch Operator(rawValue: node.data) {
    case .subtract where left.name == "ip" && right.name == "ip": return .named("int")
    case .divide where left.name == right.name && ["size", "duration"].contains(left.name):
      return .named("float")
    default: break
    }
    // The value of the operation is not that of its operands.
    let type = numbers.contains(left.name) ? right : left
    if case .value(let value) = type, type.element == nil { return .named(value.typeName) }
    return type
  }

  private mutating func indexed(_ node: Node, _ depth: Int) -> StaticType? {
    guard let base = type(of: code.child(0, of: node), depth: depth + 1) else { return nil }
    switch base.name {
    case "cidr": return .named("ip")
    case "string": return .named("string")
    case "map":
      guard let key = code.writtenName(code.child(1, of: node)) else { return base.element }
      return base.member(key, code.vocabulary) ?? base.element
    default: return base.element
    }
  }

  // MARK: Names

  private mutating func name(_ id: NodeID, _ text: String, _ depth: Int) -> StaticType? {
    if let definition = uses[code.nameSpan(id)] { return type(of: definition, depth) }
    return known[text]?.value.flatMap { StaticType($0) }
  }

  /// Returns the type of the definition at a place.
  private mutating func type(of definition: Span, _ depth: Int) -> StaticType? {
    guard let definition = definitions[definition] else { return nil }
    let id = definition.node
    let node = code[id]
    if code.isGlobal(id), definition.span.source.index == 0,
      let value = known[code.names[definition.name]]?.value, let type = StaticType(value)
    {
      return type
    }
    switch node.kind {
    case .letStatement, .parameter: return type(of: code.child(0, of: node), depth: depth + 1)
    case .paramStatement:
      let declared = code.name(code[code.child(0, of: node)])
      let given = type(of: code.child(1, of: node), depth: depth + 1)
      return given?.name == declared ? given : .named(declared)
    case .funcStatement: return .named("function")
    case .name: return binding(id, depth)
    default: return nil
    }
  }

  /// Returns the type of a name that a resource or a loop binds.
  private mutating func binding(_ id: NodeID, _ depth: Int) -> StaticType? {
    guard let binder = binders[id] else { return nil }
    let node = code[binder]
    guard node.kind == .forStatement || node.kind == .forClause else {
      return type(of: binder, depth: depth + 1)
    }
    let sequence = type(of: code.child(2, of: node), depth: depth + 1)
    if code.child(1, of: node).isAbsent { return sequence?.binding }
    if code.child(1, of: node) == id { return sequence?.element }
    return sequence.map { .named($0.name == "map" ? "string" : "int") }
  }

  // MARK: Calls

  private mutating func call(_ node: Node, _ depth: Int) -> StaticType? {
    let callee = code.child(0, of: node)
    let calleeNode = code[callee]
    let arguments = code.children(of: node).dropFirst()
    if [.name, .member].contains(calleeNode.kind),
      let definition = uses[code.nameSpan(callee)].flatMap({ definitions[$0] })
    {
      return result(of: definition.node, depth)
    }
    switch calleeNode.kind {
    case .name:
      if case .builtin(let index) = code.target(of: callee) {
        return result(of: Builtin.functions[Int(index)], nil, arguments, depth)
      }
      return code.vocabulary.kind(code.name(calleeNode)).map(StaticType.resource)
    case .member:
      let name = code.name(calleeNode)
      guard let base = type(of: code.child(0, of: calleeNode), depth: depth + 1) else { return nil }
      if let method = base.builtin(name), method.isCalled {
        return result(of: method, base, arguments, depth)
      }
      return base.member(name, code.vocabulary)
    case .lambda: return result(of: callee, depth)
    default: return nil
    }
  }

  /// Returns the type of the result of a function or lambda.
  private mutating func result(of function: NodeID, _ depth: Int) -> StaticType? {
    let node = code[function]
    switch node.kind {
    case .letStatement: return result(of: code.child(0, of: node), depth)
    case .funcStatement, .lambda:
      let body = code.child(1, of: node)
      guard !body.isAbsent else { return nil }
      guard code[body].kind == .block else { return type(of: body, depth: depth + 1) }
      return StaticType.common(returned(in: body).map { type(of: $0, depth: depth + 1) })
    default: return nil
    }
  }

  /// Returns the expressions in the `return` statements of a function's body.
  private func returned(in id: NodeID) -> [NodeID] {
    let node = code[id]
    switch node.kind {
    case .returnStatement: return Array(code.children(of: node))
    case .block, .ifStatement, .forStatement:
      return code.children(of: node).filter { !$0.isAbsent }.flatMap(returned)
    default: return []
    }
  }

  /// Returns the type of the result of a call of a built-in function or a method.
  private mutating func result(
    of builtin: Builtin, _ base: StaticType?, _ arguments: ArraySlice<NodeID>, _ depth: Int
  ) -> StaticType? {
    var types: [StaticType?] = base.map { [$0] } ?? []
    types += arguments.map { type(of: $0, depth: depth + 1) }
    var known = ResultType.Arguments(types: types)
    if builtin.takesCallback, let function = arguments.last {
      known.returned = result(of: function, depth)
    }
    return builtin.type.type(known)
  }
}

extension CursorContext {
  /// Returns the type of the value whose member is at the cursor; nil if it is not known.
  ///
  /// - Parameters:
  ///   - script: the name of the script, which imports are relative to.
  ///   - names: the names that the text can use besides its own.
  func baseType(in script: String, _ names: [KnownName]) -> StaticType? {
    guard parse.place == .word, let cursor = parse.path.last, parse.tree[cursor].kind == .member
    else { return nil }
    return type(of: parse.tree.child(0, of: cursor), in: script, names)
  }

  /// Returns the type of an expression in the text before the cursor.
  func type(of id: NodeID, in script: String, _ names: [KnownName]) -> StaticType? {
    var loader = ModuleLoader(engine: engine)
    loader.names = parse.names
    let text = SourceText(name: script, bytes: [])
    _ = loader.load(text, loader.sources.add(text), parse.tree)
    guard let main = loader.modules.last else { return nil }
    var record = NameRecord()
    let (code, _) = loader.resolve(recording: &record)
    var inference = TypeInference(code, record, names)
    return inference.type(of: NodeID(index: id.index + UInt32(main.firstNode)))
  }
}
