import VMScriptSyntax

/// How a statement ended.
enum Flow {
  case next
  case returned(Value)
}

extension Evaluator {
  func execute(_ id: NodeID) throws -> Flow {
    try step(id)
    let node = code.nodes[Int(id.index)]
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
      return try executeBlock(node)
    case .expressionStatement:
      _ = try evaluate(code.child(0, of: node))
    case .funcStatement:
      if case .global = code.targets[Int(id.index)] { break }
      if case .local = code.targets[Int(id.index)] { store(makeFunction(node), id) }
    case .printStatement:
      let parts = try code.children(of: node).map { try evaluate($0).description }
      host.print(parts.joined(separator: " "))
    case .outputStatement:
      try executeOutput(id, node)
    case .paramStatement:
      store(try parameter(id, node), id)
    case .checkStatement:
      try executeCheck(id, node)
    case .stackStatement:
      try executeStack(id, node)
    case .verbStatement, .snapshotStatement, .revertStatement, .waitStatement:
      try executeVerb(id, node)
    case .importStatement, .error:
      break
    default:
      _ = try evaluate(id)
    }
    return .next
  }

  func executeBlock(_ node: Node) throws -> Flow {
    for statement in code.children(of: node) {
      if case .returned(let value) = try execute(statement) { return .returned(value) }
    }
    return .next
  }

  /// Puts a value where a binding's target says.
  func store(_ value: Value, _ id: NodeID) {
    switch code.targets[Int(id.index)] {
    case .local(let slot): stack[base + Int(slot)] = value
    case .global(let slot): globals[Int(slot)] = value
    default: break
    }
  }

  private func executeIf(_ node: Node) throws -> Flow {
    let isTrue = try condition(code.child(0, of: node))
    let branch = code.child(isTrue ? 1 : 2, of: node)
    return branch.isAbsent ? .next : try execute(branch)
  }

  private func executeFor(_ node: Node) throws -> Flow {
    let body = code.nodes[Int(code.child(3, of: node).index)]
    return try iterate(
      code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)
    ) {
      try executeBlock(body)
    }
  }

  private func executeOutput(_ id: NodeID, _ node: Node) throws {
    let name = code.name(node)
    if outputs[name] != nil { throw Diagnostic.duplicateOutput(name, at: code.span(id)) }
    outputs[name] = try evaluate(code.child(0, of: node))
  }

  private func executeStack(_ id: NodeID, _ node: Node) throws {
    let value = try evaluate(code.child(0, of: node))
    let span = code.span(code.child(0, of: node))
    guard case .string(let name) = value, Program.isStackName(name) else {
      throw Diagnostic.invalidStackName(value.literal, at: span)
    }
    if let earlier = stackSpan { throw Diagnostic.secondStack(at: span, earlier: earlier) }
    if let first = registry.set.declarations.first {
      throw Diagnostic.lateStack(at: span, earlier: first.span)
    }
    stackSpan = span
    if options.stack == nil { registry.set.stack = name }
  }

  /// A condition must be a bool, and known.
  func condition(_ id: NodeID) throws -> Bool {
    switch try evaluate(id) {
    case .bool(let value): return value
    case .unknown(let origin):
      throw Diagnostic.branchOnUnknown(origin, at: code.span(id))
    case let other: throw Diagnostic.notABool(other, at: code.span(id))
    }
  }
}
