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
    case "upper": return .string(text.uppercased())
    case "lower": return .string(text.lowercased())
    case "lines": return try lines(of: text, id)
    case "contains": return .bool(text.holds(texts[0]))
    case "starts_with": return .bool(text.utf8.starts(with: texts[0].utf8))
    case "ends_with": return .bool(text.utf8.reversed().starts(with: texts[0].utf8.reversed()))
    case "replace":
      let places = TextSearch.occurrences(of: Array(texts[0].utf8), in: Array(text.utf8))
      try requireRoom(
        text.utf8.count + places.count * (texts[1].utf8.count - texts[0].utf8.count), at: id)
      return .string(pieces(text, between: places, texts[0]).joined(separator: texts[1]))
    case "split":
      if texts[0].isEmpty {
        try requireRoom(text.utf8.count * MemoryLayout<Value>.stride, at: id)
        return .list(text.map { .string(String($0)) })
      }
      let places = TextSearch.occurrences(of: Array(texts[0].utf8), in: Array(text.utf8))
      try requireRoom(text.utf8.count + places.count * MemoryLayout<Value>.stride, at: id)
      return .list(pieces(text, between: places, texts[0]).map(Value.string))
    default: throw Diagnostic.unknownMember(name, of: "string", at: code.span(id), known: [])
    }
  }

  /// The lines of a text, if there is room for so many.
  mutating func lines(of text: String, _ id: NodeID) throws -> Value {
    let count = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    try requireRoom(text.utf8.count + count * MemoryLayout<Value>.stride, at: id)
    return .list(Value.lines(text))
  }

  /// What stands between the places of a separator.
  private func pieces(_ text: String, between places: [Int], _ separator: String) -> [String] {
    let ends = places + [text.utf8.count]
    let starts = [0] + places.map { $0 + separator.utf8.count }
    return zip(starts, ends).map { start, end in
      String(
        Substring(text.utf8.dropFirst(start).prefix(end - start)))
    }
  }

  private mutating func listMethod(
    _ name: String, _ base: Value, _ arguments: [Value], _ id: NodeID
  ) throws -> Value {
    let values = try items(base, .len, id)
    if name == "sorted" || name == "unique", values.contains(where: \.isUnknown) {
      return .unknown(.part)
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
      let part = text(value)
      try requireRoom(joined.utf8.count + separator.utf8.count + part.text.utf8.count, at: id)
      joined += index == 0 ? part.text : separator + part.text
      isSecret = isSecret || part.isSecret
    }
    return isSecret ? .secret(SecretText(joined)) : .string(joined)
  }
}
