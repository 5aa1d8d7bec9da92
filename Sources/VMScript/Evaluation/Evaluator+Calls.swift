import VMScriptSyntax

extension Evaluator {
  mutating func evaluateCall(_ id: NodeID, _ node: Node) throws -> Value {
    let calleeNode = code.child(0, of: node)
    let target = code[calleeNode]
    if target.kind == .member, case .none = code.target(of: calleeNode) {
      return try evaluateMethodCall(id, node, calleeNode, target)
    }
    return try call(try evaluate(calleeNode), id, node, calleeNode)
  }

  mutating func call(_ value: Value, _ id: NodeID, _ node: Node, _ calleeNode: NodeID) throws
    -> Value
  {
    guard case .function(let function) = value else {
      if case .unknown = value { return value }
      throw Diagnostic.notCallable(value, at: code.span(calleeNode))
    }
    switch function.code {
    case .builtin(let builtin):
      return try call(builtin, try positional(node, of: builtin.name), id)
    case .host(let host):
      return try call(host, try arguments(node, of: host, id), id)
    case .script(let index):
      return try callScript(function, index, node, id)
    }
  }

  private mutating func callScript(
    _ value: FunctionValue, _ index: Int, _ node: Node, _ id: NodeID
  ) throws -> Value {
    let function = code.functions[index]
    let argumentCount = Int(node.childCount) - 1
    let frame = stack.count
    var position = 0
    // Arguments are evaluated into the frame that the call will have.
    while position < argumentCount {
      let argument = code.child(1 + position, of: node)
      if code[argument].kind == .namedArgument { break }
      let count = function.parameters.count
      guard position < count else {
        throw Diagnostic.argumentCount(
          function.name, expected: "\(count)", got: argumentCount, at: code.span(id))
      }
      stack.append(try evaluate(argument))
      position += 1
    }
    if position == argumentCount {
      return try run(value, function, frame, missing: position..<function.parameters.count, id)
    }
    let named = code.children(of: node).dropFirst(1 + position)
    let missing = try evaluateNamed(named, of: function, frame, id)
    return try run(value, function, frame, missing: missing, id)
  }

  /// Puts arguments, from the first named one on, into the frame; gives the parameters that are left.
  private mutating func evaluateNamed(
    _ arguments: ArraySlice<NodeID>, of function: FunctionCode, _ frame: Int, _ id: NodeID
  ) throws -> [Int] {
    let given = stack.count - frame
    let count = function.parameters.count
    let places = try self.places(
      of: arguments, among: function.parameterNames, of: function.name, after: given)
    guard places.allSatisfy({ $0 < count }) else {
      throw Diagnostic.argumentCount(
        function.name, expected: "\(count)", got: given + arguments.count, at: code.span(id))
    }
    for _ in given..<count { stack.append(.none) }
    for (argument, place) in zip(arguments, places) {
      stack[frame + place] = try evaluate(value(ofArgument: argument))
    }
    let filled = Set(places)
    return (given..<count).filter { !filled.contains($0) }
  }

  /// Calls a function value with values, as `map` and `filter` do.
  mutating func apply(_ value: Value, _ arguments: [Value], _ id: NodeID) throws -> Value {
    guard case .function(let function) = value else {
      throw Diagnostic.notCallable(value, at: code.span(id))
    }
    switch function.code {
    case .builtin(let builtin): return try call(builtin, arguments, id)
    case .host(let host): return try call(host, arguments, id)
    case .script(let index):
      let script = code.functions[index]
      guard arguments.count <= script.parameters.count else {
        throw Diagnostic.argumentCount(
          script.name, expected: "\(script.parameters.count)", got: arguments.count,
          at: code.span(id))
      }
      let frame = stack.count
      stack += arguments
      return try run(
        function, script, frame, missing: arguments.count..<script.parameters.count, id)
    }
  }

  /// Runs a function whose arguments are in its frame; those that are missing take their defaults.
  private mutating func run(
    _ value: FunctionValue, _ function: FunctionCode, _ frame: Int,
    missing: some Collection<Int>, _ id: NodeID
  ) throws -> Value {
    try step(id)
    if let captures = value.captures, captures.values == nil {
      throw Diagnostic.notYetDefined(function.name, at: code.span(id))
    }
    guard depth < limits.depth, nesting + function.height < Self.maximumNesting else {
      throw LimitReached(.tooDeep(limits.depth, at: code.span(id)))
    }
    let saved = (base, captures, callee, trace)
    for _ in (stack.count - frame)..<max(function.slotCount, stack.count - frame) {
      stack.append(.none)
    }
    if stack.count > limits.memory.bytes / Int64(MemoryLayout<Value>.stride) {
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
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
      for position in missing {
        let parameter = function.parameters[position]
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
  private mutating func trace(_ diagnostic: inout Diagnostic, _ name: String, _ id: NodeID) {
    let span = code.span(id)
    guard diagnostic.secondary.count < 8, diagnostic.primary?.span != span,
      !diagnostic.secondary.contains(where: { $0.span == span })
    else { return }
    diagnostic.secondary.append(.init(span, "in this call of `\(name)`"))
  }
}
