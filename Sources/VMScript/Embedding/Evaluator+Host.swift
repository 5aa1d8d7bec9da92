import VMScriptSyntax

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

  /// How many arguments a function takes.
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

  /// Where an argument stands, if the node is the call that gives it.
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
