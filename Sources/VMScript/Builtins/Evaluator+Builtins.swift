import Crypto
import Foundation
import VMScriptSyntax

extension Evaluator {
  mutating func call(_ builtin: Builtin, _ arguments: [Value], _ id: NodeID) throws -> Value {
    for argument in arguments { try work(argument.extent, at: id) }
    try requireRoom(builtin.room(for: arguments), at: id)
    let result = try result(of: builtin, arguments, id)
    return try made(
      result, isWhole: [.json, .yaml, .lines, .split, .zip, .glob].contains(builtin), at: id)
  }

  private mutating func result(
    of builtin: Builtin, _ arguments: [Value], _ id: NodeID
  ) throws -> Value {
    let arity = builtin.arity
    guard arity.contains(arguments.count), let first = arguments.first else {
      throw Diagnostic.argumentCount(
        builtin.name, expected: Self.inWords(arity), got: arguments.count, at: code.span(id))
    }
    for argument in arguments {
      if case .unknown = argument, builtin != .type { return argument }
    }
    // What they give depends on what the items are.
    if [.min, .max, .sorted, .unique].contains(builtin) {
      for argument in arguments where try holdsUnknown(argument, at: id) { return .unknown(.part) }
    }
    func wrong(_ expected: String) -> Diagnostic {
      .argumentType(builtin.name, expected: expected, first, at: code.span(id))
    }
    switch builtin {
    case .len:
      guard let count = first.attribute("count"), first.typeName != "cidr" else {
        throw wrong("a string, list, map or range")
      }
      return count
    case .min, .max: return try extreme(builtin, arguments, id)
    case .sum: return try sum(try items(first, builtin, id), id)
    case .abs:
      switch first {
      case .int(let number) where number != .min: return .int(Swift.abs(number))
      case .int: throw Diagnostic.overflow(at: code.span(id))
      case .float(let number): return .float(Swift.abs(number))
      default: throw wrong("a number")
      }
    case .sorted: return .list(try sorted(try items(first, builtin, id), id))
    case .reversed: return .list(try items(first, builtin, id).reversed())
    case .unique: return .list(try unique(try items(first, builtin, id), id))
    case .zip:
      let (ones, others) = (try items(first, builtin, id), try items(arguments[1], builtin, id))
      return .list(Swift.zip(ones, others).map { .list([$0, $1]) })
    case .keys, .values:
      guard case .map = first, let result = first.attribute(builtin.name) else {
        throw wrong("a map")
      }
      return result
    case .mapOf: return try mapOf(try items(first, builtin, id), id)
    case .range: return try range(arguments, id)
    case .int, .float, .string, .size, .duration, .ip, .cidr: return try convert(first, builtin, id)
    case .mac:
      if case .mac = first { return first }
      guard case .string(let text) = first else { throw wrong("a string") }
      if let address = MACAddress(text) { return .mac(address) }
      // What was meant as an address is not the name of one.
      if text.count(where: { $0 == ":" }) >= 3, text.allSatisfy({ $0.isHexDigit || $0 == ":" }) {
        throw Diagnostic.cannotConvert(first, to: "mac", at: code.span(id))
      }
      return .mac(Identity.mac(text))
    case .uuid:
      guard case .string(let text) = first else { throw wrong("a string") }
      return .string(Identity.uuid(text))
    case .type: return .string(first.typeName)
    case .read, .lines, .env, .glob: return try reach(builtin, first, id)
    case .json, .yaml:
      guard case .string(let text) = first else { throw wrong("a string") }
      do {
        return try bounded(at: id) { bounds in
          builtin == .json
            ? try JSONReader.value(text, bounds: bounds)
            : try YAMLReader.value(text, bounds: bounds)
        }
      } catch let error as MalformedText {
        throw Diagnostic.invalidText(builtin.name.uppercased(), error.reason, at: code.span(id))
      }
    case .toJSON:
      return try document(first, id) {
        let text = first.json(indentation: nil, revealsSecrets: true, limit: $0.room)
        try $0.requireRoom(text.utf8.count, at: id)
        return text
      }
    case .toYAML:
      return try document(first, id) {
        try $0.requireRoom(try $0.writingRoom(first, at: id), at: id)
        do { return try YAMLWriter.text(first) } catch {
          throw Diagnostic.invalidText("YAML", "\(error)", at: $0.code.span(id))
        }
      }
    case .base64, .sha256:
      switch first {
      case .string(let text): return .string(digest(builtin, text))
      case .secret(let secret): return .secret(SecretText(digest(builtin, secret.revealed)))
      default: throw wrong("a string")
      }
    case .join: return try callMethod("join", of: first, Array(arguments.dropFirst()), id)
    case .split: return try callMethod("split", of: first, Array(arguments.dropFirst()), id)
    case .format: return try format(first, Array(arguments.dropFirst()), id)
    case .secret: return .secret(SecretText(try text(first, at: id).text))
    case .image, .net, .domain:
      guard case .string(let name) = first, let kind = ResourceKind(rawValue: builtin.name) else {
        throw wrong("a name")
      }
      return .resource(registry.reference(kind, name))
    }
  }

  /// The elements of a list or range.
  mutating func items(_ value: Value, _ builtin: Builtin, _ id: NodeID) throws -> [Value] {
    switch value {
    case .list(let items): return items
    case .range(let range):
      guard range.count < 1 << 24 else {
        throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
      }
      try charge(Int(range.count) * MemoryLayout<Value>.stride, at: id)
      return (0..<range.count).map(range.member)
    default:
      throw Diagnostic.argumentType(builtin.name, expected: "a list", value, at: code.span(id))
    }
  }

  private func digest(_ builtin: Builtin, _ text: String) -> String {
    builtin == .base64
      ? Data(text.utf8).base64EncodedString()
      : SHA256.hash(data: Array(text.utf8)).map(Identity.hexadecimal).joined()
  }

  /// A value written out as text: secret if a part of it is, unknown if a part of it is.
  private mutating func document(
    _ value: Value, _ id: NodeID, _ write: (inout Evaluator) throws -> String
  ) throws -> Value {
    if try holdsUnknown(value, at: id) { return .unknown(.part) }
    let isSecret = try holdsSecret(value, at: id)
    let text = try write(&self)
    return isSecret ? .secret(SecretText(text)) : .string(text)
  }

  private mutating func extreme(_ builtin: Builtin, _ arguments: [Value], _ id: NodeID) throws
    -> Value
  {
    let values = arguments.count == 1 ? try items(arguments[0], builtin, id) : arguments
    guard var best = values.first else { return .none }
    for value in values.dropFirst() {
      try work(min(value.extent, best.extent), at: id)
      guard let isLess = value.precedes(best), let isMore = best.precedes(value) else {
        throw Diagnostic.operands("<", value, best, at: code.span(id))
      }
      if builtin == .min ? isLess : isMore { best = value }
    }
    return best
  }

  private mutating func sum(_ values: [Value], _ id: NodeID) throws -> Value {
    guard var total = values.first else { return .int(0) }
    for value in values.dropFirst() { total = try combine(.add, total, value, id) }
    return total
  }

  mutating func sorted(_ values: [Value], _ id: NodeID) throws -> [Value] {
    try work(values.count * (Int.bitWidth - values.count.leadingZeroBitCount), at: id)
    return try values.sorted { a, b in
      try work(min(a.extent, b.extent), at: id)
      guard let isLess = a.precedes(b) else {
        throw Diagnostic.operands("<", a, b, at: code.span(id))
      }
      return isLess
    }
  }

  /// The first of each; plain values by a table, others by comparison, each of which is a step.
  mutating func unique(_ values: [Value], _ id: NodeID) throws -> [Value] {
    var result: [Value] = []
    var seen: Set<ExactText> = []
    var others: [Value] = []
    for value in values {
      try work(value.extent, at: id)
      switch value {
      case .string(let text):
        if seen.insert(ExactText(text)).inserted { result.append(value) }
      default:
        var isNew = true
        for other in others where isNew {
          try step(id)
          isNew = try areEqual(other, value, at: id) != true
        }
        guard isNew else { continue }
        others.append(value)
        result.append(value)
      }
    }
    return result
  }

  private mutating func mapOf(_ pairs: [Value], _ id: NodeID) throws -> Value {
    var entries: ValueMap = [:]
    for pair in pairs {
      guard case .list(let parts) = pair, parts.count == 2, case .string(let key) = parts[0] else {
        throw Diagnostic.argumentType(
          "map_of", expected: "pairs [key, value]", pair, at: code.span(id))
      }
      entries[key] = parts[1]
    }
    return .map(entries)
  }

  private mutating func range(_ arguments: [Value], _ id: NodeID) throws -> Value {
    let numbers = try arguments.map { argument -> Int64 in
      guard case .int(let number) = argument else {
        throw Diagnostic.argumentType("range", expected: "ints", argument, at: code.span(id))
      }
      return number
    }
    let first = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    let stepping = numbers.count == 3 ? numbers[2] : 1
    guard stepping != 0 else { throw Diagnostic.divisionByZero(at: code.span(id)) }
    if stepping == 1 { return .range(first < end ? .ints(first: first, last: end - 1) : .empty) }
    var items: [Value] = []
    for number in stride(from: first, to: end, by: Int64.Stride(stepping)) {
      try charge(MemoryLayout<Value>.stride, at: id)
      items.append(.int(number))
    }
    return .list(items)
  }
}
