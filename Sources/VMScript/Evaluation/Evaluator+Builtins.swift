import VMScriptSyntax

// The implementation of the built-ins of lists, ranges and maps.
extension Evaluator {
  /// Returns the items of a list or range.
  mutating func items(_ value: Value, _ call: BuiltinCall) throws -> [Value] {
    switch value {
    case .list(let items): return items
    case .range(let range):
      guard range.count < 1 << 24 else {
        throw LimitReached(.tooMuchMemory(limits.memory, at: call.span))
      }
      try charge(Int(range.count) * MemoryLayout<Value>.stride, at: call.id)
      return (0..<range.count).map(range.member)
    default: throw call.mismatch(value, expected: "a list")
    }
  }

  /// Throws if there is no room for so many values.
  private mutating func requireRoom(forValues count: Int, _ call: BuiltinCall) throws {
    try requireRoom(count * MemoryLayout<Value>.stride, at: call.id)
  }

  /// Returns the keys of a map.
  mutating func keys(_ map: ValueMap, _ call: BuiltinCall) throws -> Value {
    try requireRoom(forValues: map.count, call)
    return .list(map.keys.map(Value.string))
  }

  /// Returns the values of a map.
  mutating func values(_ map: ValueMap, _ call: BuiltinCall) throws -> Value {
    try requireRoom(forValues: map.count, call)
    return .list(Array(map.values))
  }

  /// Adds the entries of a map to another one; maps with the same key are merged.
  mutating func merge(
    _ map: ValueMap, into result: inout ValueMap, _ call: BuiltinCall
  ) throws {
    try work(map.count, at: call.id)
    try requireRoom(forValues: 3 * (result.count + map.count), call)
    for (key, value) in map {
      guard case .map(let inner) = value, case .map(var merged)? = result[key] else {
        result[key] = value
        continue
      }
      try merge(inner, into: &merged, call)
      result[key] = .map(merged)
    }
  }

  /// Returns the first in order of several arguments, or of the items of a single list.
  ///
  /// - Parameter precedes: returns nil for values without an order.
  mutating func extreme(
    _ call: BuiltinCall, _ precedes: (Value, Value) -> Bool?
  ) throws -> Value {
    let values = call.arguments.count == 1 ? try items(call[0], call) : call.arguments
    guard var best = values.first else { return .none }
    for value in values.dropFirst() {
      try work(min(value.extent, best.extent), at: call.id)
      guard let isBetter = precedes(value, best) else {
        throw Diagnostic.operands("<", value, best, at: call.span)
      }
      if isBetter { best = value }
    }
    return best
  }

  /// Returns the items from the least to the greatest.
  mutating func sorted(_ list: Value, _ call: BuiltinCall) throws -> Value {
    let values = try items(list, call)
    try requireRoom(forValues: values.count, call)
    try work(values.count * (Int.bitWidth - values.count.leadingZeroBitCount), at: call.id)
    return .list(
      try values.sorted { a, b in
        try work(min(a.extent, b.extent), at: call.id)
        guard let isLess = a.precedes(b) else {
          throw Diagnostic.operands("<", a, b, at: call.span)
        }
        return isLess
      })
  }

  /// Returns the items from the last to the first.
  mutating func reversed(_ list: Value, _ call: BuiltinCall) throws -> Value {
    let values = try items(list, call)
    try requireRoom(forValues: values.count, call)
    return .list(values.reversed())
  }

  /// Returns the first of each set of equal items. Plain values are compared by a table; each
  /// comparison of others is a step.
  mutating func unique(_ list: Value, _ call: BuiltinCall) throws -> Value {
    let values = try items(list, call)
    try requireRoom(forValues: values.count, call)
    var result: [Value] = []
    var seen: Set<ExactText> = []
    var others: [Value] = []
    for value in values {
      try work(value.extent, at: call.id)
      switch value {
      case .string(let text):
        if seen.insert(ExactText(text)).inserted { result.append(value) }
      default:
        var isNew = true
        for other in others where isNew {
          try step(call.id)
          isNew = try areEqual(other, value, at: call.id) != true
        }
        guard isNew else { continue }
        others.append(value)
        result.append(value)
      }
    }
    return .list(result)
  }

  /// Returns the numbers from one up to, but excluding, another.
  mutating func range(
    from start: Int64, to end: Int64, by step: Int64, _ call: BuiltinCall
  ) throws -> Value {
    guard step != 0 else { throw Diagnostic.divisionByZero(at: call.span) }
    if step == 1 { return .range(start < end ? .ints(first: start, last: end - 1) : .empty) }
    var items: [Value] = []
    for number in stride(from: start, to: end, by: Int64.Stride(step)) {
      try charge(MemoryLayout<Value>.stride, at: call.id)
      items.append(.int(number))
    }
    return .list(items)
  }

  /// Returns whether a function returns `true` for a value.
  mutating func keeps(_ function: Value, _ value: Value, _ call: BuiltinCall) throws -> Bool {
    switch try apply(function, [value], call.id) {
    case .bool(let keep): return keep
    case .unknown(let origin): throw refusal(of: origin, at: call.span)
    case let other: throw Diagnostic.notABool(other, at: call.span)
    }
  }

  /// Returns whether the first argument is in the value before the dot.
  mutating func contains(_ call: BuiltinCall) throws -> Value {
    try contained(call[0], in: call.base, at: call.id) ?? .bool(false)
  }
}

// The implementation of the built-ins of texts.
extension Evaluator {
  /// Returns the parts of a text between the occurrences of another one; its characters if that is
  /// empty.
  mutating func split(_ text: String, at separator: String, _ call: BuiltinCall) throws -> Value {
    guard separator.isEmpty else { return .list(try pieces(of: text, between: separator, call.id)) }
    try requireRoom(text.utf8.count * MemoryLayout<Value>.stride, at: call.id)
    return .list(text.map { .string(String($0)) })
  }

  /// Returns the lines of a text without their ends; a final empty one does not count.
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

  /// Returns the parts between the occurrences of a separator, if there is room for so many.
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

  /// Returns a text with a part replaced by another one, if there is room for it.
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

  /// Returns the items of a list or range as one text, secret if an item is.
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

  /// Evaluates `format("{} of {}", a, b)`: each `{}` takes the next argument; `{{` and `}}` are
  /// braces.
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
