import VMScriptSyntax

extension Evaluator {
  /// The value of a `param`: given as a value or text, or its default.
  mutating func parameter(_ id: NodeID, _ node: Node) throws -> Value {
    let name = code.name(node)
    let typeNode = code[code.child(0, of: node)]
    // A type that does not exist was reported.
    guard let type = ParameterType(rawValue: code.name(typeNode)) else { throw AlreadyReported() }
    let standard = code.child(1, of: node)
    if module == code.modules.count - 1 {
      if let value = options.values[name] {
        if let converted = type.convert(value) { return converted }
        throw Diagnostic.wrongParameter(name, value, type: type.rawValue, at: code.span(id))
      }
      if let text = options.parameters[name] ?? options.fallbackParameters[name] {
        if let value = type.value(of: text) { return value }
        let shown: Value = type == .secret ? .secret(SecretText(text)) : .string(text)
        throw Diagnostic.wrongParameter(name, shown, type: type.rawValue, at: code.span(id))
      }
    }
    guard !standard.isAbsent else {
      if options.leavesParametersOpen { return .unknown(.failed) }
      throw Diagnostic.missingParameter(name, type: type.rawValue, at: code.span(id))
    }
    let value = try evaluate(standard)
    if options.ignoresOutside { return .unknown(.failed) }
    guard let converted = type.convert(value) else {
      throw Diagnostic.wrongParameter(name, value, type: type.rawValue, at: code.span(standard))
    }
    return converted
  }

  /// Names that were given but that the script does not take.
  mutating func reportUnknownParameters() {
    guard let main = code.modules.last else { return }
    let known = code.children(of: main.root).map { code[$0] }
      .filter { $0.kind == .paramStatement }.map(code.name)
    let given = Set(options.parameters.keys).union(options.values.keys)
    for name in given.sorted() where !known.contains(name) {
      report(.unknownParameter(name, known: known))
    }
  }
}
