import Yams

/// Writes values as YAML, with the order of keys kept.
///
/// Readers of YAML 1.1 (PyYAML, and so cloud-init and Ansible) and of YAML 1.2 read every string
/// back unchanged. A string that one of them would read as another type is quoted.
public enum YAMLWriter {
  /// Returns the document. Secrets are revealed, so the text is a secret itself. The final newline
  /// is omitted unless it belongs to the value.
  static func text(_ value: Value) throws -> String {
    let text = try Yams.serialize(node: node(value), width: -1, allowUnicode: true)
    return text.hasSuffix("\n") && !endsWithNewline(value) ? String(text.dropLast()) : text
  }

  /// Returns whether the last text of the document ends with a line end.
  private static func endsWithNewline(_ value: Value) -> Bool {
    switch value {
    case .string(let text): isBlock(text) && text.hasSuffix("\n")
    case .secret(let secret): isBlock(secret.revealed) && secret.revealed.hasSuffix("\n")
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
    case .float(let number): return plain(self.number(number), .float)
    case .list(let items):
      return .sequence(.init(items.map(node), .init(.seq), items.isEmpty ? .flow : .block))
    case .map(let entries):
      let pairs = entries.map { (string($0.key, isKey: true), node($0.value)) }
      return .mapping(.init(pairs, .init(.map), entries.isEmpty ? .flow : .block))
    case .secret(let secret): return string(secret.revealed)
    case .resource(let reference): return string(reference.name)
    default: return string(value.description)
    }
  }

  private static func plain(_ text: String, _ tag: Tag.Name) -> Node {
    .scalar(.init(text, .init(tag), .plain))
  }

  private static func string(_ text: String, isKey: Bool = false) -> Node {
    let style: Node.Scalar.Style =
      isPlain(text) ? .any : !isKey && isBlock(text) ? .literal : .doubleQuoted
    return .scalar(.init(text, .init(.str), style))
  }

  // MARK: How readers read texts

  /// Returns a float in the notation that every reader takes for one: YAML 1.1 requires a dot
  /// before an exponent.
  public static func number(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    let text = String(number)
    guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// Returns whether every reader takes a text without quotes for that string.
  public static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      last != " ", text.unicodeScalars.allSatisfy(isShown)
    else { return false }
    if first.properties.isAlphabetic || first == "/" || first == "_" {
      return !words.contains(text.lowercased())
    }
    // Numbers, times and dates have many forms; none contains one of these letters.
    guard ("0"..."9").contains(first) else { return false }
    return IPAddress(text) != nil || Subnet(text) != nil
      || text.unicodeScalars.contains {
        $0.properties.isAlphabetic && !"abcdefoxtzABCDEFOXTZ".unicodeScalars.contains($0)
      }
  }

  /// Words that readers take for a bool, for null or for a number without a digit.
  private static let words: Set<String> = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
  ]

  /// Returns whether a text of several lines can be written as a block.
  private static func isBlock(_ text: String) -> Bool {
    guard text.contains("\n"), let first = text.unicodeScalars.first, first != "\n", first != " "
    else { return false }
    return text.unicodeScalars.allSatisfy { $0 == "\n" || isShown($0) }
      && !text.split(separator: "\n").contains { $0.hasSuffix(" ") }
  }

  /// Returns whether a scalar is the same to all readers: not a control character, line separator
  /// or invisible mark.
  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
