import VMScriptSyntax

extension Value: CustomStringConvertible {
  /// The value as `print` and interpolation show it: strings bare at the top, quoted within lists and maps.
  public var description: String {
    if case .string(let text) = self { return text }
    return literal
  }

  /// The value as the language would write it.
  public var literal: String {
    switch self {
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): String(value)
    case .string(let text): QuotedText.literal(text)
    case .size(let size): size.description
    case .duration(let duration): duration.scriptDescription
    case .ip(let address): address.description
    case .cidr(let subnet): subnet.description
    case .mac(let address): address.description
    case .list(let items): "[" + items.map(\.literal).joined(separator: ", ") + "]"
    case .map(let entries):
      entries.isEmpty
        ? "{}"
        : "{ "
          + entries.map { "\(Self.key($0.key)): \($0.value.literal)" }.joined(separator: ", ")
          + " }"
    case .range(let range): range.description
    case .function: "(function)"
    case .resource(let reference):
      "\(reference.kind.rawValue)(\(QuotedText.literal(reference.name)))"
    case .secret: SecretText.mask
    case .unknown: UnknownOrigin.text
    }
  }

  private static func key(_ text: String) -> String {
    let isIdentifier =
      text.utf8.first.map { !(48...57).contains($0) } ?? false
      && text.unicodeScalars.allSatisfy {
        $0 == "_" || $0.properties.isAlphabetic || (48...57).contains($0.value)
      }
    return isIdentifier ? text : QuotedText.literal(text)
  }
}
