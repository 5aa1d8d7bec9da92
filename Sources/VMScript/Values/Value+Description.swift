import VMScriptSyntax

extension Value: CustomStringConvertible {
  /// The value as `print` and interpolation show it: strings bare at the top, quoted within lists and maps.
  public var description: String {
    if case .string(let text) = self { return text }
    return literal
  }

  /// The value as the language would write it.
  public var literal: String { literal(limit: .max) }

  /// The literal, or more of its beginning than `limit` bytes where it is longer.
  func literal(limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit)
    return text
  }

  /// The beginning of the literal, for messages.
  public var excerpt: String { excerpt(80) }

  /// The literal, cut after so many characters; takes no longer than that is.
  public func excerpt(_ limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit * 4)
    return VMScript.excerpt(text, limit)
  }

  /// Appends the literal; of lists and maps no more once the text has `limit` bytes.
  private func write(to text: inout String, limit: Int) {
    switch self {
    case .none: text += "none"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .float(let value): text += String(value)
    case .string(let string):
      text += QuotedText.literal(string, limit: limit)
    case .size(let size): text += size.description
    case .duration(let duration): text += duration.scriptDescription
    case .ip(let address): text += address.description
    case .cidr(let subnet): text += subnet.description
    case .mac(let address): text += address.description
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() where text.utf8.count < limit {
        if index > 0 { text += ", " }
        item.write(to: &text, limit: limit)
      }
      text += "]"
    case .map(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() where text.utf8.count < limit {
        text += (index > 0 ? ", " : " ") + Self.key(entry.key, limit: limit) + ": "
        entry.value.write(to: &text, limit: limit)
      }
      text += entries.isEmpty ? "}" : " }"
    case .range(let range): text += range.description
    case .function: text += "(function)"
    case .resource(let reference):
      text += "\(reference.kind.rawValue)(\(QuotedText.literal(reference.name)))"
    case .secret: text += SecretText.mask
    case .unknown: text += UnknownOrigin.text
    }
  }

  /// A key of a map as the language writes it: bare if it is a word.
  static func key(_ text: String, limit: Int = .max) -> String {
    Identifier.hasForm(text) ? text : QuotedText.literal(text, limit: limit)
  }
}
