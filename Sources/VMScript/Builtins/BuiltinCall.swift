import VMScriptSyntax

/// The arguments of a call of a built-in, each of its parameter's type.
struct BuiltinCall {
  let builtin: Builtin
  /// The value before the dot; `none` for a function.
  let base: Value
  /// The arguments, defaults included.
  let arguments: [Value]
  /// The call.
  let id: NodeID
  /// The number of arguments that are not defaults.
  private let given: Int
  private let code: Code

  fileprivate init(
    _ builtin: Builtin, _ base: Value, _ arguments: [Value], _ id: NodeID, _ code: Code
  ) throws {
    self.builtin = builtin
    self.base = base
    self.id = id
    self.code = code
    given = arguments.count
    guard builtin.arity.contains(arguments.count) else {
      throw Diagnostic.argumentCount(
        builtin.name, expected: Evaluator.inWords(builtin.arity), got: arguments.count,
        at: code.span(id))
    }
    let parameters = builtin.parameters
    self.arguments =
      arguments.count < parameters.count
      ? arguments
        + parameters[arguments.count...].compactMap { $0.isRepeated ? nil : $0.defaultValue }
      : arguments
  }

  /// Throws if the type of an argument does not fit its parameter.
  fileprivate func check() throws {
    let parameters = builtin.parameters
    for (position, argument) in arguments.enumerated() where position < given {
      let type = parameters[min(position, parameters.count - 1)].type
      guard type.accepts(argument) else { throw mismatch(argument, expected: type.words) }
    }
  }

  /// The argument at a position.
  subscript(position: Int) -> Value { arguments[position] }

  /// Returns the text of an argument.
  func text(_ position: Int) throws -> String { try text(arguments[position]) }

  /// Returns the text of a string or secret.
  func text(_ value: Value) throws -> String {
    switch value {
    case .string(let text): return text
    case .secret(let secret): return secret.revealed
    default: throw mismatch(value, expected: "a string")
    }
  }

  /// Returns the entries of a map.
  func map(_ value: Value) throws -> ValueMap {
    guard case .map(let entries) = value else { throw mismatch(value, expected: "a map") }
    return entries
  }

  /// Returns the error for a value of an unexpected type.
  func mismatch(_ value: Value, expected: String) -> Diagnostic {
    .argumentType(builtin.name, expected: expected, value, at: span)
  }

  /// The place of the call.
  var span: Span { code.span(id) }
}

extension Evaluator {
  /// Calls a built-in function, or a member of the value `base`.
  mutating func call(
    _ builtin: Builtin, of base: Value? = nil, _ arguments: [Value], _ id: NodeID
  ) throws -> Value {
    if let base { try work(base.extent, at: id) }
    for argument in arguments { try work(argument.extent, at: id) }
    let call = try BuiltinCall(builtin, base?.revealed ?? .none, arguments, id, code)
    if builtin.unknowns != .accept {
      for argument in arguments { if case .unknown = argument { return argument } }
    }
    try call.check()
    if builtin.unknowns == .passParts {
      for value in [call.base] + arguments where try holdsUnknown(value, at: id) {
        return .unknown(.part)
      }
    }
    let result = try counted(try builtin.body(&self, call), of: builtin, at: id)
    // The result of a method of a secret is secret.
    return base.map(result.hidden(if:)) ?? result
  }

  /// Reads the value of an attribute.
  mutating func read(_ attribute: Builtin, of base: Value, _ id: NodeID) throws -> Value {
    let call = try BuiltinCall(attribute, base.revealed, [], id, code)
    if case .string(let text) = call.base { try work(text.utf8.count, at: id) }
    return try counted(try attribute.body(&self, call), of: attribute, at: id).hidden(if: base)
  }

  private mutating func counted(
    _ value: Value, of builtin: Builtin, at id: NodeID
  ) throws -> Value {
    switch builtin.produces {
    case .nothing: value
    case .result: try made(value, at: id)
    case .everything: try made(value, isWhole: true, at: id)
    }
  }
}

extension Value {
  /// A secret as a string; any other value unchanged.
  fileprivate var revealed: Value {
    if case .secret(let secret) = self { .string(secret.revealed) } else { self }
  }

  /// Returns the value with its texts as secrets, if `origin` is a secret.
  func hidden(if origin: Value) -> Value {
    if case .secret = origin { hidden } else { self }
  }

  private var hidden: Value {
    switch self {
    case .string(let text): .secret(SecretText(text))
    case .list(let items): .list(items.map(\.hidden))
    default: self
    }
  }
}
