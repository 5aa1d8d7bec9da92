import VMScriptSyntax

extension Evaluator {
  /// Runs `body` for each member of a sequence, its bindings set.
  ///
  /// One binding gets a list's element or a map's key; two get index and element, or key and value.
  mutating func iterate(
    _ sequence: NodeID, _ first: NodeID, _ second: NodeID, _ body: (inout Evaluator) throws -> Flow
  ) throws -> Flow {
    let value = try evaluate(sequence)
    switch value {
    case .range(let range):
      for index in 0..<range.count {
        try step(sequence)
        if second.isAbsent {
          store(range.member(at: index), first)
        } else {
          store(.int(index), first)
          store(range.member(at: index), second)
        }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .list(let items):
      for (index, item) in items.enumerated() {
        try step(sequence)
        if second.isAbsent {
          store(item, first)
        } else {
          store(.int(Int64(index)), first)
          store(item, second)
        }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .map(let entries):
      for (key, item) in entries {
        try step(sequence)
        store(.string(key), first)
        if !second.isAbsent { store(item, second) }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .unknown(let origin):
      if mayDecideLater(by: origin) { throw AlreadyReported() }
      throw Diagnostic.loopOverUnknown(origin, at: code.span(sequence))
    default:
      throw Diagnostic.notASequence(value, at: code.span(sequence))
    }
    return .next
  }

  mutating func evaluateComprehension(_ id: NodeID, _ node: Node) throws -> Value {
    var result: [Value] = []
    let parts = code.children(of: node)
    try collect(parts[parts.startIndex], parts.dropFirst(), into: &result, id)
    _ = try measure(.list(result), at: id)
    return .list(result)
  }

  private mutating func collect(
    _ element: NodeID, _ clauses: ArraySlice<NodeID>, into result: inout [Value], _ id: NodeID
  ) throws {
    guard let first = clauses.first else {
      try charge(MemoryLayout<Value>.stride, at: id)
      result.append(try evaluate(element))
      return
    }
    let node = code[first]
    if node.kind == .ifClause {
      if try condition(code.child(0, of: node)) {
        try collect(element, clauses.dropFirst(), into: &result, id)
      }
      return
    }
    _ = try iterate(code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)) {
      try $0.collect(element, clauses.dropFirst(), into: &result, id)
      return .next
    }
  }
}
