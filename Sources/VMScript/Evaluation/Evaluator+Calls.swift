import VMScriptSyntax

extension Evaluator {
  func evaluateCall(_ id: NodeID, _ node: Node) throws -> Value {
    let calleeNode = code.child(0, of: node)
    let target = code.nodes[Int(calleeNode.index)]
    if target.kind == .member, case .none = code.targets[Int(calleeNode.index)] {
      return try evaluateMethodCall(id, node, calleeNode, target)
    }
    return try call(try evaluate(calleeNode), id, node, calleeNode)
  }

  func call(_ value: Value, _ id: NodeID, _ node: Node, _ calleeNode: NodeID) throws -> Value {
    guard case .function(let function) = value else {
      if case .unknown = value { return value }
      throw Diagnostic.notCallable(value, at: code.span(calleeNode))
    }
    switch function.code {
    case .builtin(let builtin):
      return try call(builtin, try positional(node, of: builtin.name), id)
    case .script(let index):
      return try callScript(function, index, node, id)
    }
  }

  /// The values of a call's arguments where none may be named.
  func positional(_ node: Node, of name: String) throws -> [Value] {
    try code.children(of: node).dropFirst().map { argument in
      let child = code.nodes[Int(argument.index)]
      if child.kind == .namedArgument {
        throw Diagnostic.unknownArgument(
          code.name(child), of: name, known: [], at: code.span(argument))
      }
      return try evaluate(argument)
    }
  }

  private func callScript(
    _ value: FunctionValue, _ index: Int, _ node: Node, _ id: NodeID
  ) throws -> Value {
    let function = code.functions[index]
    var values = [Value?](repeating: nil, count: function.parameters.count)
    var position = 0
    for argument in code.children(of: node).dropFirst() {
      let child = code.nodes[Int(argument.index)]
      let isNamed = child.kind == .namedArgument
      let place: Int
      if isNamed {
        let name = code.name(child)
        guard let named = function.parameters.firstIndex(where: { $0.name == name }) else {
          throw Diagnostic.unknownArgument(
            name, of: function.name, known: function.parameters.map(\.name), at: code.span(argument)
          )
        }
        place = named
      } else {
        guard position < values.count else {
          throw Diagnostic.argumentCount(
            function.name, expected: "\(values.count)", got: Int(node.childCount) - 1,
            at: code.span(id))
        }
        place = position
        position += 1
      }
      guard values[place] == nil else {
        throw Diagnostic.repeatedArgument(
          function.parameters[place].name, of: function.name, at: code.span(argument))
      }
      values[place] = try evaluate(isNamed ? code.child(0, of: child) : argument)
    }
    return try run(value, function, values, id)
  }

  /// Calls a function value with values, as `map` and `filter` do.
  func apply(_ value: Value, _ arguments: [Value], _ id: NodeID) throws -> Value {
    guard case .function(let function) = value else {
      throw Diagnostic.notCallable(value, at: code.span(id))
    }
    switch function.code {
    case .builtin(let builtin): return try call(builtin, arguments, id)
    case .script(let index):
      let script = code.functions[index]
      let missing = script.parameters.count - arguments.count
      guard missing >= 0 else {
        throw Diagnostic.argumentCount(
          script.name, expected: "\(script.parameters.count)", got: arguments.count,
          at: code.span(id))
      }
      return try run(function, script, arguments + [Value?](repeating: nil, count: missing), id)
    }
  }

  /// Runs a function in a new frame; arguments that are nil take their defaults.
  private func run(
    _ value: FunctionValue, _ function: FunctionCode, _ values: [Value?], _ id: NodeID
  ) throws -> Value {
    try step(id)
    if let captures = value.captures, captures.values == nil {
      throw Diagnostic.notYetDefined(function.name, at: code.span(id))
    }
    guard depth < options.limits.depth, nesting + function.height < Self.maximumNesting else {
      throw LimitReached(.tooDeep(options.limits.depth, at: code.span(id)))
    }
    let saved = (base, captures, callee, trace)
    let frame = stack.count
    for value in values { stack.append(value ?? .none) }
    for _ in values.count..<max(values.count, function.slotCount) { stack.append(.none) }
    base = frame
    captures = value.captures
    callee = value
    trace = nil
    depth += 1
    nesting += function.height
    defer {
      stack.removeLast(stack.count - frame)
      (base, captures, callee, trace) = saved
      depth -= 1
      nesting -= function.height
    }
    do {
      for (position, parameter) in function.parameters.enumerated() where values[position] == nil {
        guard !parameter.standard.isAbsent else {
          throw Diagnostic.missingArgument(parameter.name, of: function.name, at: code.span(id))
        }
        stack[frame + position] = try evaluate(parameter.standard)
      }
      if function.isExpression { return try evaluate(function.body) }
      if case .returned(let result) = try executeBlock(function.body) { return result }
      return .none
    } catch var error as Diagnostic {
      trace(&error, function.name, id)
      throw error
    } catch var limit as LimitReached {
      trace(&limit.diagnostic, function.name, id)
      throw limit
    }
  }

  /// Adds the call to the trace of an error: the innermost eight, each place once.
  private func trace(_ diagnostic: inout Diagnostic, _ name: String, _ id: NodeID) {
    let span = code.span(id)
    guard diagnostic.secondary.count < 8, diagnostic.primary?.span != span,
      !diagnostic.secondary.contains(where: { $0.span == span })
    else { return }
    diagnostic.secondary.append(.init(span, "in this call of `\(name)`"))
  }
}
