/// Text in quotes, control characters written as escapes, so that it is read back as it was and can
/// be shown on any terminal.
public enum QuotedText {
  /// `text` as a string of the language: `"two\n\u{1B}"`.
  ///
  /// - Parameter limit: bytes after which the rest of the text is left out.
  public static func literal(_ text: String, limit: Int = .max) -> String {
    quoted(text, limit) { "\\u{\($0)}" }
  }

  /// `text` as a string of JSON (RFC 8259): `"two\n\u001b"`.
  ///
  /// - Parameter limit: bytes after which the rest of the text is left out.
  public static func json(_ text: String, limit: Int = .max) -> String {
    quoted(text, limit) { "\\u" + String(repeating: "0", count: 4 - $0.utf8.count) + $0 }
  }

  /// `text` as one word of a POSIX shell: `web-1`, `'two words'`.
  public static func shellWord(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || "-_./:=@%+,".unicodeScalars.contains($0)
    }
    guard !isPlain || text.isEmpty else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// - Parameter escape: the escape of a control character, given its number in hexadecimal digits.
  private static func quoted(
    _ text: String, _ limit: Int, escape: (String) -> String
  ) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if result.utf8.count > limit { break }
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where PlainText.isControl(scalar): result += escape(String(scalar.value, radix: 16))
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
