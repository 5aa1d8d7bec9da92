import VMScriptSyntax

extension Evaluator {
  mutating func executeCheck(_ id: NodeID, _ node: Node) throws {
    let expression = code.child(0, of: node)
    let (value, parts) = try tracing(expression)
    switch value {
    case .bool(true): return
    // What is not known yet can only be checked by the run.
    case .unknown: return
    case .bool(false): break
    case let other: throw Diagnostic.notABool(other, at: code.span(expression))
    }
    let messageNode = code.child(1, of: node)
    let message = messageNode.isAbsent ? nil : try evaluate(messageNode).description
    var notes: [String] = []
    describeParts(of: expression, parts, into: &notes)
    throw Diagnostic.checkFailed(
      message, text: code.text(expression), at: code.span(expression), notes: notes)
  }

  /// Evaluates an expression and keeps the values of its parts, so that they are shown as they
  /// were: nothing is evaluated a second time.
  private mutating func tracing(_ expression: NodeID) throws -> (
    value: Value, parts: [NodeID: Value]
  ) {
    trace = [:]
    defer { trace = nil }
    let value = try evaluate(expression)
    return (value, trace ?? [:])
  }

  /// Notes the value of a part of the `check` at hand; functions that it calls are not looked into.
  mutating func evaluateTraced(_ id: NodeID) throws -> Value {
    let value = try evaluateNode(id)
    trace?[id] = value
    return value
  }

  /// `EXPR = VALUE` for each part whose value does not stand there already, in the order of the
  /// text; parts that were not needed have none.
  private mutating func describeParts(
    of id: NodeID, _ parts: [NodeID: Value], into notes: inout [String]
  ) {
    for child in code.children(of: id) where !child.isAbsent {
      let node = code[child]
      switch node.kind {
      case .name, .member, .call, .index, .binary, .unary, .conditional, .comprehension,
        .interpolation:
        if let value = parts[child], value.typeName != "function",
          code.text(child) != value.excerpt(200)
        {
          let note = "\(code.text(child)) = \(value.excerpt(200))"
          if !notes.contains(note) { notes.append(note) }
        }
        if node.kind != .comprehension { describeParts(of: child, parts, into: &notes) }
      case .list, .map, .mapEntry, .namedArgument, .spread:
        describeParts(of: child, parts, into: &notes)
      default: break
      }
    }
  }
}
