import VMScriptSyntax

/// Makes diagnostics of what went wrong in decoding a value.
struct DecodingReport {
  /// What was decoded, and what it is called.
  let root: Value
  let rootName: String
  let record: DecodingRecord
  /// Where in the script a path leads to: the key, the value.
  let place: ([any CodingKey]) -> (key: Span, value: Span)?
  /// Where something is missing that has no place.
  let end: Span?

  /// What an error of a `Decodable` type says.
  func diagnostic(_ error: any Error) -> Diagnostic {
    guard let error = error as? DecodingError else {
      return .unfitValue(
        name(record.path), reason: "\(error)", found: value(at: record.path), choices: [],
        at: span(record.path))
    }
    switch error {
    case .keyNotFound(let key, let context):
      let known = keys(at: context.codingPath)
      return .missingKey(
        key.stringValue, in: context.codingPath.isEmpty ? nil : name(context.codingPath),
        known: known, at: span(context.codingPath))
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return .wrongType(
        name(context.codingPath), value(at: context.codingPath), expected: Self.inWords(type),
        at: span(context.codingPath))
    case .dataCorrupted(let context):
      return .unfitValue(
        name(context.codingPath), reason: record.choices.isEmpty ? context.debugDescription : nil,
        found: value(at: context.codingPath), choices: record.choices, at: span(context.codingPath))
    @unknown default:
      return .unfitValue(
        name(record.path), reason: "\(error)", found: value(at: record.path), choices: [],
        at: span(record.path))
    }
  }

  /// The first key of a nested map that no type asked for.
  var unknownKey: Diagnostic? {
    for use in record.uses where !use.path.isEmpty && !use.isWhole {
      for key in use.keys where !use.asked.contains(key) {
        return .unreadKey(
          key, in: name(use.path), known: use.asked.sorted(),
          at: place(use.path + [ValueKey(stringValue: key)])?.key)
      }
    }
    return nil
  }

  private func span(_ path: [any CodingKey]) -> Span? { place(path)?.value ?? end }

  /// The path as scripts would write it: `lab.nodes[1]`.
  private func name(_ path: [any CodingKey]) -> String {
    var text = rootName
    var value: Value? = root
    for key in path {
      if case .list = value, let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
      value = value?.part(key)
    }
    return text
  }

  private func value(at path: [any CodingKey]) -> Value {
    path.reduce(Optional(root)) { $0?.part($1) } ?? .none
  }

  private func keys(at path: [any CodingKey]) -> [String] {
    guard case .map(let entries) = value(at: path) else { return [] }
    return Array(entries.keys)
  }

  /// What a Swift type takes, in words.
  private static func inWords(_ type: Any.Type) -> String {
    if let known = type as? any ScriptValue.Type { return known.scriptType }
    if type == [Any].self { return "a list" }
    if type == [String: Any].self { return "a map" }
    return "\(type)"
  }
}

extension Value {
  /// What a key finds in a map or list.
  fileprivate func part(_ key: any CodingKey) -> Value? {
    switch self {
    case .map(let entries): entries[key.stringValue]
    case .list(let items): key.intValue.flatMap { items.indices.contains($0) ? items[$0] : nil }
    case .range(let range): key.intValue.map { range.member(at: Int64($0)) }
    default: nil
    }
  }
}
