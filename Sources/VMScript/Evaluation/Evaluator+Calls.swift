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
    // Arguments are evaluated into the frame of the call.
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

  /// Evaluates arguments into the frame, from the first named one on; returns the remaining
  /// parameters.
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

  /// Runs a function whose arguments are in its frame; missing ones take their defaults.
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
        guard !parameter.defaultValue.isAbsent else {
          throw Diagnostic.missingArgument(parameter.name, of: function.name, at: code.span(id))
        }
        stack[frame + position] = try evaluate(parameter.defaultValue)
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

// Assigns the arguments of a call to parameters.
extension Evaluator {
  /// Returns the values of a call's arguments if none may be named.
  mutating func positional(_ node: Node, of function: String) throws -> [Value] {
    try code.children(of: node).dropFirst().map { argument in
      if let name = name(ofArgument: argument) {
        throw Diagnostic.namedArgument(name, of: function, at: code.span(argument))
      }
      return try evaluate(argument)
    }
  }

  /// Returns the values of a call's arguments in the order of the parameters that the host named.
  /// An omitted argument before a given one is `none`.
  mutating func arguments(_ node: Node, of function: HostFunction, _ id: NodeID) throws -> [Value] {
    let arguments = code.children(of: node).dropFirst()
    guard !function.parameters.isEmpty, arguments.contains(where: { name(ofArgument: $0) != nil })
    else { return try positional(node, of: function.name) }
    let places = try self.places(of: arguments, among: function.parameters, of: function.name)
    let filled = Set(places)
    for (place, name) in function.parameters.enumerated().prefix(function.arity.lowerBound)
    where !filled.contains(place) {
      throw Diagnostic.missingArgument(name, of: function.name, at: code.span(id))
    }
    var values = Array(repeating: Value.none, count: (places.max() ?? -1) + 1)
    for (argument, place) in zip(arguments, places) {
      values[place] = try evaluate(value(ofArgument: argument))
    }
    return values
  }

  /// Returns the positions of the parameters of arguments: named ones by name, others in order.
  ///
  /// - Parameter count: the number of leading parameters that are already set.
  func places(
    of arguments: ArraySlice<NodeID>, among parameters: [String], of function: String,
    after count: Int = 0
  ) throws -> [Int] {
    var taken = Set(0..<count)
    var next = count
    return try arguments.map { argument in
      let place: Int
      if let name = name(ofArgument: argument) {
        guard let named = parameters.firstIndex(of: name) else {
          throw Diagnostic.unknownArgument(
            name, of: function, known: parameters, at: code.span(argument))
        }
        place = named
      } else {
        place = next
        next += 1
      }
      guard taken.insert(place).inserted else {
        throw Diagnostic.repeatedArgument(
          parameters[place], of: function, at: code.span(argument))
      }
      return place
    }
  }

  /// Returns the value node of an argument, without its name.
  func value(ofArgument argument: NodeID) -> NodeID {
    let node = code[argument]
    return node.kind == .namedArgument ? code.child(0, of: node) : argument
  }

  private func name(ofArgument argument: NodeID) -> String? {
    let node = code[argument]
    return node.kind == .namedArgument ? code.name(node) : nil
  }
}

// Captures: functions keep the values of their enclosing scope.
extension Evaluator {
  /// Returns the value of a lambda at this point.
  mutating func makeLambda(_ id: NodeID, _ node: Node) throws -> Value {
    guard let (index, function) = functionCode(node) else { return .none }
    try charge(function.captures.count * MemoryLayout<Value>.stride, at: id)
    return .function(
      FunctionValue(
        code: .script(index),
        captures: function.captures.isEmpty ? nil : .init(capturedHere(function))))
  }

  /// Makes the functions of a block visible to each other, in any order.
  mutating func declareFunctions(of block: Node) throws {
    for statement in code.children(of: block) {
      let node = code[statement]
      guard node.kind == .funcStatement, let (index, function) = functionCode(node) else {
        continue
      }
      try charge((function.captures.count + 1) * MemoryLayout<Value>.stride, at: statement)
      let captures = function.captures.isEmpty ? nil : FunctionValue.Captures()
      if let captures { openCaptures.append(captures) }
      store(.function(FunctionValue(code: .script(index), captures: captures)), statement)
    }
  }

  /// Runs the statement of a local function, when its captures have values.
  mutating func defineFunction(_ id: NodeID, _ node: Node) {
    guard case .local(let slot) = code.target(of: id),
      case .function(let value) = stack[base + Int(slot)], let captures = value.captures,
      let (_, function) = functionCode(node)
    else { return }
    captures.fill(capturedHere(function))
  }

  private mutating func functionCode(_ node: Node) -> (index: Int, code: FunctionCode)? {
    guard case .function(let index) = code.target(of: code.child(0, of: node)) else { return nil }
    return (Int(index), code.functions[Int(index)])
  }

  private mutating func capturedHere(_ function: FunctionCode) -> [Value] {
    function.captures.map { target in
      switch target {
      case .local(let slot): stack[base + Int(slot)]
      case .capture(let index): captured(index)
      case .callee: callee.map(Value.function) ?? .none
      default: .none
      }
    }
  }

  /// Returns a value that the running function captured.
  mutating func captured(_ index: UInt32) -> Value { captures?.values?[Int(index)] ?? .none }
}

extension Evaluator {
  /// Calls a function of the host.
  mutating func call(_ function: HostFunction, _ arguments: [Value], _ id: NodeID) throws -> Value {
    try step(id)
    guard function.arity.contains(arguments.count) else {
      throw Diagnostic.argumentCount(
        function.name, expected: Self.inWords(function.arity), got: arguments.count,
        at: code.span(id))
    }
    for argument in arguments where try holdsUnknown(argument, at: id) {
      return .unknown(.part)
    }
    switch function.body {
    case .lookup(let kind):
      guard case .string(let name) = arguments[0] else {
        throw Diagnostic.argumentType(
          function.name, expected: "a name", arguments[0], at: code.span(id))
      }
      return .resource(registry.reference(kind, name))
    case .values(let body):
      for argument in arguments { try work(argument.extent, at: id) }
      let result: Value
      do { result = try body(arguments) } catch let mismatch as ArgumentMismatch {
        throw refused(mismatch, function, arguments, id)
      } catch {
        throw failed(error, function, id)
      }
      return try made(result, isWhole: true, at: id)
    }
  }

  /// Returns the number of arguments of a function, in words.
  static func inWords(_ arity: ClosedRange<Int>) -> String {
    if arity.upperBound == .max { return "at least \(arity.lowerBound)" }
    return arity.count == 1
      ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
  }

  private func refused(
    _ mismatch: ArgumentMismatch, _ function: HostFunction, _ arguments: [Value], _ id: NodeID
  ) -> Diagnostic {
    let value = arguments.indices.contains(mismatch.position) ? arguments[mismatch.position] : .none
    return .argumentType(
      function.name, expected: mismatch.expected, value,
      at: span(ofArgument: mismatch.position, of: function, id))
  }

  /// Returns the place of an argument, if the node is its call.
  private func span(ofArgument position: Int, of function: HostFunction, _ id: NodeID) -> Span {
    let node = code[id]
    guard node.kind == .call, code[code.child(0, of: node)].kind == .name else {
      return code.span(id)
    }
    let arguments = code.children(of: node).dropFirst()
    let places = try? self.places(of: arguments, among: function.parameters, of: function.name)
    guard let index = places?.firstIndex(of: position) else { return code.span(id) }
    return code.span(value(ofArgument: arguments[arguments.startIndex + index]))
  }

  private func failed(_ error: any Error, _ function: HostFunction, _ id: NodeID) -> Diagnostic {
    guard var diagnostic = error as? Diagnostic else {
      return .hostFunctionFailed(function.name, "\(error)", at: code.span(id))
    }
    diagnostic.primary = diagnostic.primary ?? .init(code.span(id))
    return diagnostic
  }
}
