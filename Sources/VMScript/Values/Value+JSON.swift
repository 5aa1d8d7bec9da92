import OrderedCollections
import VMScriptSyntax

extension Value {
  /// The value as JSON text, order kept; sizes, durations and addresses are strings, secrets and
  /// unknown values the words that stand for them.
  ///
  /// - Parameter indentation: spaces a level; nil gives one line.
  public func json(indentation: Int? = 2) -> String {
    json(indentation: indentation, revealsSecrets: false)
  }

  /// - Parameter revealsSecrets: for a text that is a secret itself.
  func json(indentation: Int?, revealsSecrets: Bool) -> String {
    var text = ""
    writeJSON(to: &text, indentation, level: 0, revealsSecrets)
    return text
  }

  private func writeJSON(
    to text: inout String, _ indentation: Int?, level: Int, _ revealsSecrets: Bool
  ) {
    func newline(_ level: Int) {
      guard let indentation else { return }
      text += "\n" + String(repeating: " ", count: indentation * level)
    }
    func items(_ count: Int, open: String, close: String, _ write: (Int) -> Void) {
      guard count > 0 else { return text += open + close }
      text += open
      for position in 0..<count {
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
        values[position].writeJSON(to: &text, indentation, level: level + 1, revealsSecrets)
      }
    case .map(let entries):
      items(entries.count, open: "{", close: "}") { position in
        let (key, value) = entries.elements[position]
        text += QuotedText.json(key) + ": "
        value.writeJSON(to: &text, indentation, level: level + 1, revealsSecrets)
      }
    case .secret(let secret) where revealsSecrets: text += QuotedText.json(secret.revealed)
    case .resource(let reference): text += QuotedText.json(reference.name)
    default: text += QuotedText.json(description)
    }
  }
}
