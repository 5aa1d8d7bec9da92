import VMScriptSyntax

// The work of the built-ins of texts.
extension Evaluator {
  /// The parts of a text between the places of another one; its characters if that is empty.
  mutating func split(_ text: String, at separator: String, _ call: BuiltinCall) throws -> Value {
    guard separator.isEmpty else { return .list(try pieces(of: text, between: separator, call.id)) }
    try requireRoom(text.utf8.count * MemoryLayout<Value>.stride, at: call.id)
    return .list(text.map { .string(String($0)) })
  }

  /// The lines of a text without their ends; a last empty one does not count.
  mutating func lines(of text: String, _ id: NodeID) throws -> Value {
    var lines = try pieces(of: text, between: "\n", id)
    if lines.last == "" { lines.removeLast() }
    return .list(
      lines.map { line in
        guard case .string(let text) = line, text.utf8.last == UInt8(ascii: "\r") else {
          return line
        }
        return .string(String(Substring(text.utf8.dropLast())))
      })
  }

  /// What stands between the places of a separator, if there is room for so many pieces.
  private mutating func pieces(
    of text: String, between separator: String, _ id: NodeID
  ) throws -> [Value] {
    let count = try search(separator, in: text, at: id) + 1
    try requireRoom(2 * text.utf8.count + 2 * count * MemoryLayout<Value>.stride, at: id)
    var pieces: [Value] = []
    pieces.reserveCapacity(count)
    let bytes = Array(text.utf8)
    var start = 0
    _ = try search(separator, in: text, at: id) { place in
      pieces.append(.string(String(decoding: bytes[start..<place], as: UTF8.self)))
      start = place + separator.utf8.count
    }
    pieces.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
    return pieces
  }

  /// A text with another one in the place of a part, if there is room for it.
  mutating func replace(
    _ part: String, in text: String, by other: String, _ id: NodeID
  ) throws -> String {
    let count = try search(part, in: text, at: id)
    guard count > 0 else { return text }
    let size = text.utf8.count + count * (other.utf8.count - part.utf8.count)
    try requireRoom(2 * size + text.utf8.count, at: id)
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(size)
    var start = 0
    _ = try search(part, in: text, at: id) { place in
      result += bytes[start..<place]
      result += other.utf8
      start = place + part.utf8.count
    }
    result += bytes[start...]
    return String(decoding: result, as: UTF8.self)
  }

  /// The items of a list or range as one text, secret if an item is.
  mutating func join(
    _ list: Value, between separator: String, _ call: BuiltinCall
  ) throws -> Value {
    let values = try items(list, call)
    for value in values {
      if case .unknown = value { return value }
    }
    var joined = ""
    var isSecret = false
    for (index, value) in values.enumerated() {
      let part = try text(value, at: call.id)
      let size = joined.utf8.count + separator.utf8.count + part.text.utf8.count
      try requireRoom(size, at: call.id)
      joined += index == 0 ? part.text : separator + part.text
      isSecret = isSecret || part.isSecret
    }
    return isSecret ? .secret(SecretText(joined)) : .string(joined)
  }

  /// `format("{} of {}", a, b)`: each `{}` is the next argument; `{{` and `}}` are braces.
  mutating func format(
    _ pattern: String, _ arguments: ArraySlice<Value>, _ call: BuiltinCall
  ) throws -> Value {
    var result = ""
    var isSecret = false
    var rest = arguments
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
            "a format", "there are more {} than arguments", at: call.span)
        }
        let part = try text(value, at: call.id)
        try requireRoom(result.utf8.count + part.text.utf8.count, at: call.id)
        result += part.text
        isSecret = isSecret || part.isSecret
      default: result.append(character)
      }
    }
    guard rest.isEmpty else {
      throw Diagnostic.invalidText(
        "a format", "there are more arguments than {}", at: call.span)
    }
    return isSecret ? .secret(SecretText(result)) : .string(result)
  }
}
