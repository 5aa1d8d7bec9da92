import VMScriptSyntax

extension Value {
  /// The value as JSON text, order kept; sizes, durations and addresses are strings, secrets and
  /// unknown values the words that stand for them.
  ///
  /// - Parameter indentation: spaces a level; nil gives one line.
  public func json(indentation: Int? = 2) -> String {
    json(indentation: indentation, revealsSecrets: false)
  }

  /// - Parameters:
  ///   - revealsSecrets: for a text that is a secret itself.
  ///   - limit: bytes after which the rest is left out.
  func json(indentation: Int?, revealsSecrets: Bool, limit: Int = .max) -> String {
    var text = ""
    writeJSON(to: &text, indentation, level: 0, revealsSecrets, limit)
    return text
  }

  private func writeJSON(
    to text: inout String, _ indentation: Int?, level: Int, _ revealsSecrets: Bool, _ limit: Int
  ) {
    func newline(_ level: Int) {
      guard let indentation else { return }
      text += "\n" + String(repeating: " ", count: indentation * level)
    }
    func items(_ count: Int, open: String, close: String, _ write: (Int) -> Void) {
      guard count > 0 else { return text += open + close }
      text += open
      for position in 0..<count where text.utf8.count <= limit {
        if position > 0 { text += indentation == nil ? ", " : "," }
        newline(level + 1)
        write(position)
      }
      newline(level)
      text += close
    }
    switch self {
    case .none: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .float(let value): text += value.isFinite ? String(value) : "null"
    case .list(let values):
      items(values.count, open: "[", close: "]") { position in
        values[position].writeJSON(to: &text, indentation, level: level + 1, revealsSecrets, limit)
      }
    case .map(let entries):
      items(entries.count, open: "{", close: "}") { position in
        let (key, value) = entries[position]
        text += QuotedText.json(key, limit: limit) + ": "
        value.writeJSON(to: &text, indentation, level: level + 1, revealsSecrets, limit)
      }
    case .secret(let secret) where revealsSecrets:
      text += QuotedText.json(secret.revealed, limit: limit)
    case .resource(let reference): text += QuotedText.json(reference.name)
    case .string(let string): text += QuotedText.json(string, limit: limit)
    default: text += QuotedText.json(description)
    }
  }
}
