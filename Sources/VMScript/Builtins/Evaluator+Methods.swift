import Foundation
import VMScriptSyntax

extension Evaluator {
  /// Calls a method that ``Value/methodNames`` names.
  mutating func callMethod(_ name: String, of base: Value, _ arguments: [Value], _ id: NodeID)
    throws
    -> Value
  {
    let expected: ClosedRange<Int> =
      switch name {
      case "trim", "upper", "lower", "lines", "sorted", "reversed", "unique": 0...0
      case "replace": 2...2
      case "join": 0...1
      default: 1...1
      }
    guard expected.contains(arguments.count) else {
      throw Diagnostic.argumentCount(
        name, expected: "\(expected.upperBound)", got: arguments.count, at: code.span(id))
    }
    switch base {
    case .string(let text): return try stringMethod(name, text, arguments, id)
    case .secret(let secret):
      let value = try stringMethod(name, secret.revealed, arguments, id)
      return Self.hidden(value)
    case .cidr, .map, .range, .list:
      if name == "contains", let result = try contained(arguments[0], in: base, at: id) {
        return result
      }
      return try listMethod(name, base, arguments, id)
    default:
      throw Diagnostic.argumentType(name, expected: "a list or string", base, at: code.span(id))
    }
  }

  /// What a method makes of a secret is secret.
  private static func hidden(_ value: Value) -> Value {
    switch value {
    case .string(let text): .secret(SecretText(text))
    case .list(let items): .list(items.map(hidden))
    default: value
    }
  }

  private mutating func stringMethod(
    _ name: String, _ text: String, _ arguments: [Value], _ id: NodeID
  ) throws -> Value {
    let texts = try arguments.map { argument -> String in
      guard case .string(let text) = argument else {
        throw Diagnostic.argumentType(name, expected: "a string", argument, at: code.span(id))
      }
      return text
    }
    switch name {
    case "trim": return .string(text.trimmingCharacters(in: .whitespacesAndNewlines))
    case "upper", "lower":
      // A letter may become three.
      try requireRoom(3 * text.utf8.count, at: id)
      return .string(name == "upper" ? text.uppercased() : text.lowercased())
    case "lines": return try lines(of: text, id)
    case "contains":
      return .bool(try texts[0].isEmpty || search(texts[0], in: text, at: id) > 0)
    case "starts_with": return .bool(text.utf8.starts(with: texts[0].utf8))
    case "ends_with": return .bool(text.utf8.reversed().starts(with: texts[0].utf8.reversed()))
    case "replace":
      return .string(try replace(texts[0], in: text, by: texts[1], id))
    case "split":
      if texts[0].isEmpty {
        try requireRoom(text.utf8.count * MemoryLayout<Value>.stride, at: id)
        return .list(text.map { .string(String($0)) })
      }
      return .list(try pieces(of: text, between: texts[0], id))
    default: throw Diagnostic.unknownMember(name, of: "string", at: code.span(id), known: [])
    }
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
  private mutating func replace(
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

  private mutating func listMethod(
    _ name: String, _ base: Value, _ arguments: [Value], _ id: NodeID
  ) throws -> Value {
    let values = try items(base, .len, id)
    if name == "sorted" || name == "unique" {
      for value in values where try holdsUnknown(value, at: id) { return .unknown(.part) }
    }
    if ["sorted", "unique", "reversed"].contains(name) {
      try requireRoom(values.count * MemoryLayout<Value>.stride, at: id)
    }
    switch name {
    case "map": return .list(try values.map { try apply(arguments[0], [$0], id) })
    case "filter":
      return .list(
        try values.filter { value in
          switch try apply(arguments[0], [value], id) {
          case .bool(let keep): return keep
          case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
          case let other: throw Diagnostic.notABool(other, at: code.span(id))
          }
        })
    case "sorted": return .list(try sorted(values, id))
    case "reversed": return .list(values.reversed())
    case "unique": return .list(try unique(values, id))
    case "join": return try join(values, arguments.first ?? .string(""), id)
    default: throw Diagnostic.argumentType(name, expected: "a member", base, at: code.span(id))
    }
  }

  private mutating func join(_ values: [Value], _ separator: Value, _ id: NodeID) throws -> Value {
    guard case .string(let separator) = separator else {
      throw Diagnostic.argumentType("join", expected: "a string", separator, at: code.span(id))
    }
    for value in values {
      if case .unknown = value { return value }
    }
    var joined = ""
    var isSecret = false
    for (index, value) in values.enumerated() {
      let part = try text(value, at: id)
      try requireRoom(joined.utf8.count + separator.utf8.count + part.text.utf8.count, at: id)
      joined += index == 0 ? part.text : separator + part.text
      isSecret = isSecret || part.isSecret
    }
    return isSecret ? .secret(SecretText(joined)) : .string(joined)
  }
}
