import Yams

/// Values as YAML, with the order of keys kept.
enum YAMLWriter {
  /// The document; secrets are revealed, so the text is one itself. Its last newline is left out
  /// unless it belongs to the value.
  static func text(_ value: Value) throws -> String {
    let text = try Yams.serialize(node: node(value), width: -1, allowUnicode: true)
    return text.hasSuffix("\n") && !endsWithNewline(value) ? String(text.dropLast()) : text
  }

  /// Whether the last text of the document ends a line.
  private static func endsWithNewline(_ value: Value) -> Bool {
    switch value {
    case .string(let text): text.hasSuffix("\n")
    case .secret(let secret): secret.revealed.hasSuffix("\n")
    case .list(let items): items.last.map(endsWithNewline) ?? false
    case .map(let entries): entries.values.last.map(endsWithNewline) ?? false
    default: false
    }
  }

  private static func node(_ value: Value) -> Node {
    switch value {
    case .none: return plain("null", .null)
    case .bool(let flag): return plain(flag ? "true" : "false", .bool)
    case .int(let number): return plain(String(number), .int)
    case .float(let number): return plain(String(number), .float)
    case .list(let items):
      return .sequence(.init(items.map(node), .init(.seq), items.isEmpty ? .flow : .block))
    case .map(let entries):
      let pairs = entries.map { (string($0.key), node($0.value)) }
      return .mapping(.init(pairs, .init(.map), entries.isEmpty ? .flow : .block))
    case .secret(let secret): return string(secret.revealed)
    case .resource(let reference): return string(reference.name)
    default: return string(value.description)
    }
  }

  private static func plain(_ text: String, _ tag: Tag.Name) -> Node {
    .scalar(.init(text, .init(tag), .plain))
  }

  /// A string is quoted where it would be read as something else.
  private static func string(_ text: String) -> Node {
    let isText = YAMLReader.isPlainString(text)
    let style: Node.Scalar.Style =
      text.contains("\n") ? .literal : isText ? .any : .doubleQuoted
    return .scalar(.init(text, .init(.str), style))
  }
}
