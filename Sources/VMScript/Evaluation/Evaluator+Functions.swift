import VMScriptSyntax

// How functions come to hold the values of the scope that they stand in.
extension Evaluator {
  /// The value of a lambda here.
  mutating func makeLambda(_ id: NodeID, _ node: Node) throws -> Value {
    guard let (index, function) = functionCode(node) else { return .none }
    try charge(function.captures.count * MemoryLayout<Value>.stride, at: id)
    return .function(
      FunctionValue(
        code: .script(index),
        captures: function.captures.isEmpty ? nil : .init(capturedHere(function))))
  }

  /// Makes the functions of a block known to each other, whatever their order.
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

  /// Runs the statement of a local function: now what it captures is there.
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

  /// A value that the running function captured.
  mutating func captured(_ index: UInt32) -> Value { captures?.values?[Int(index)] ?? .none }
}
