import VMScriptSyntax

/// How a statement ended.
enum Flow {
  case next
  case returned(Value)
}

extension Evaluator {
  mutating func execute(_ id: NodeID) throws -> Flow {
    try step(id)
    let node = code[id]
    switch node.kind {
    case .letStatement:
      store(try evaluate(code.child(0, of: node)), id)
    case .returnStatement:
      let value = code.child(0, of: node)
      return .returned(value.isAbsent ? .none : try evaluate(value))
    case .ifStatement:
      return try executeIf(node)
    case .forStatement:
      return try executeFor(node)
    case .block:
      return try executeBlock(id)
    case .expressionStatement:
      lastValue = try evaluate(code.child(0, of: node))
    case .funcStatement:
      defineFunction(id, node)
    case .printStatement:
      let parts = try code.children(of: node).map { part in
        let value = try shown(part)
        let isSecret = if case .secret = value { true } else { false }
        let text = isSecret ? value.description : try self.text(value, at: id).text
        try chargeOutput(text.utf8.count + 1, at: id)
        return text
      }
      host.print(parts.joined(separator: " "))
    case .outputStatement:
      try executeOutput(id, node)
    case .paramStatement:
      store(try parameter(id, node), id)
    case .checkStatement:
      try executeCheck(id, node)
    case .stackStatement:
      try executeStack(id, node)
    case .verbStatement:
      try executeVerb(id, node)
    case .importStatement, .error:
      break
    default:
      _ = try evaluate(id)
    }
    return .next
  }

  mutating func executeBlock(_ id: NodeID) throws -> Flow {
    let node = code[id]
    if case .hoists = code.target(of: id) { try declareFunctions(of: node) }
    if depth == 0 {
      for statement in code.children(of: node) { _ = try executeSafely(statement) }
      return .next
    }
    for position in 0..<Int(node.childCount) {
      let flow = try execute(code.child(position, of: node))
      if case .returned = flow { return flow }
    }
    return .next
  }

  /// Puts a value where a binding's target says.
  mutating func store(_ value: Value, _ id: NodeID) {
    switch code.target(of: id) {
    case .local(let slot): stack[base + Int(slot)] = value
    case .global(let slot): globals[Int(slot)] = value
    default: break
    }
  }

  private mutating func executeIf(_ node: Node) throws -> Flow {
    let isTrue = try condition(code.child(0, of: node))
    let branch = code.child(isTrue ? 1 : 2, of: node)
    return branch.isAbsent ? .next : try execute(branch)
  }

  private mutating func executeFor(_ node: Node) throws -> Flow {
    let body = code.child(3, of: node)
    return try iterate(
      code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)
    ) { try $0.executeBlock(body) }
  }

  private mutating func executeOutput(_ id: NodeID, _ node: Node) throws {
    let name = try resourceName(code.child(0, of: node))
    if outputs[name] != nil { throw Diagnostic.duplicateOutput(name, at: code.span(id)) }
    let value = try shown(code.child(1, of: node))
    // Written out it is as large, whatever else holds a part of it.
    try charge(try measure(value, at: id), at: id)
    outputs[name] = value
    outputStatements[name] = id
  }

  /// A value that leaves the script; what follows from an error does not.
  private mutating func shown(_ id: NodeID) throws -> Value {
    let value = try evaluate(id)
    if case .unknown(let origin) = value, origin.isReported { throw AlreadyReported() }
    return value
  }

  private mutating func executeStack(_ id: NodeID, _ node: Node) throws {
    let value = try evaluate(code.child(0, of: node))
    let span = code.span(code.child(0, of: node))
    if case .unknown(let origin) = value { throw refusal(of: origin, at: span) }
    guard case .string(let name) = value, Program.isStackName(name) else {
      throw Diagnostic.invalidStackName(value.excerpt, at: span)
    }
    if let earlier = stackSpan { throw Diagnostic.secondStack(at: span, earlier: earlier) }
    if let first = registry.set.declarations.first {
      throw Diagnostic.lateStack(at: span, earlier: first.span)
    }
    stackSpan = span
    if options.stack == nil { registry.set.stack = name }
  }

  /// Why nothing can be decided by an unknown value; silent where that follows from another error.
  func refusal(of origin: UnknownOrigin, at span: Span) -> any Error {
    mayDecideLater(by: origin)
      ? AlreadyReported() : Diagnostic.branchOnUnknown(origin, at: span)
  }

  /// Whether nothing needs to be said of a decision by an unknown value: the error that it follows
  /// from was reported, or the script is only checked, and a run will know it.
  func mayDecideLater(by origin: UnknownOrigin) -> Bool {
    origin.isReported || options.leavesParametersOpen
  }

  /// A condition must be a bool, and known.
  mutating func condition(_ id: NodeID) throws -> Bool {
    switch try evaluate(id) {
    case .bool(let value): return value
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    case let other: throw Diagnostic.notABool(other, at: code.span(id))
    }
  }
}
