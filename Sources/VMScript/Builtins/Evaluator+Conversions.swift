import VMScriptSyntax

extension Evaluator {
  mutating func convert(_ value: Value, _ builtin: Builtin, _ id: NodeID) throws -> Value {
    let result: Value? =
      switch (builtin, value) {
      case (.int, .int): value
      case (.int, .float(let number)): Int64(exactly: number.rounded(.towardZero)).map(Value.int)
      case (.int, .bool(let flag)): .int(flag ? 1 : 0)
      case (.int, .size(let size)): .int(size.bytes)
      case (.int, .string(let text)): Int64(text).map(Value.int)
      case (.float, _) where value.number != nil: value.number.map(Value.float)
      case (.float, .string(let text)): Double(decimal: text).map(Value.float)
      case (.string, .secret): value
      case (.string, _): .string(try text(value, at: id).text)
      case (.size, .size), (.duration, .duration), (.ip, .ip), (.cidr, .cidr): value
      case (.size, .int(let bytes)): .size(ByteSize(bytes: bytes))
      case (_, .string(let text)): ParameterType(rawValue: builtin.name)?.value(of: text)
      default: nil
      }
    guard let result else {
      throw Diagnostic.cannotConvert(value, to: builtin.name, at: code.span(id))
    }
    return result
  }

  /// `read`, `lines`, `env` and `glob`, as far as the host grants them.
  mutating func reach(_ builtin: Builtin, _ argument: Value, _ id: NodeID) throws -> Value {
    let span = code.span(id)
    if options.ignoresOutside { return .unknown(.failed) }
    guard case .string(let name) = argument else {
      throw Diagnostic.argumentType(builtin.name, expected: "a string", argument, at: span)
    }
    do {
      switch builtin {
      case .env:
        guard let environment = access.environment else { break }
        return environment(name).map(Value.string) ?? .none
      case .glob:
        guard let glob = access.boundedGlob else { break }
        let script = scriptName
        let paths = try bounded(at: id) { try glob(name, script, $0) }
        return .list(paths.map(Value.string))
      default:
        guard let read = access.boundedRead else { break }
        let script = scriptName
        let bytes = try bounded(at: id) { try read(name, script, $0) }
        try requireRoom(bytes.count, at: id)
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw OutsideAccess.Failure("\(QuotedText.literal(name)) is not UTF-8 text")
        }
        return builtin == .lines ? try lines(of: text, id) : .string(text)
      }
    } catch let failure as OutsideAccess.Failure {
      throw Diagnostic.outsideFailed(builtin.name, failure.reason, at: span)
    }
    throw Diagnostic.noAccess(builtin.name, at: span)
  }

  /// `format("{} of {}", a, b)`: each `{}` is the next argument; `{{` and `}}` are braces.
  mutating func format(_ pattern: Value, _ arguments: [Value], _ id: NodeID) throws -> Value {
    guard case .string(let pattern) = pattern else {
      throw Diagnostic.argumentType("format", expected: "a string", pattern, at: code.span(id))
    }
    var result = ""
    var isSecret = false
    var rest = arguments[...]
    var characters = pattern[...]
    while let character = characters.popFirst() {
      switch (character, characters.first) {
      case ("{", "{"), ("}", "}"):
        characters.removeFirst()
        result.append(character)
      case ("{", "}"):
        characters.removeFirst()
        guard let value = rest.popFirst() else {
          throw Diagnostic.invalidText(
            "a format", "there are more {} than arguments", at: code.span(id))
        }
        let part = try text(value, at: id)
        try requireRoom(result.utf8.count + part.text.utf8.count, at: id)
        result += part.text
        isSecret = isSecret || part.isSecret
      default: result.append(character)
      }
    }
    guard rest.isEmpty else {
      throw Diagnostic.invalidText(
        "a format", "there are more arguments than {}", at: code.span(id))
    }
    return isSecret ? .secret(SecretText(result)) : .string(result)
  }
}
