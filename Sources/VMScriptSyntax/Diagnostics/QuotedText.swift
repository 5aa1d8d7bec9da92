/// Text in quotes, with control characters as escapes. It can be read back unchanged and shown on
/// any terminal.
public enum QuotedText {
  /// Returns `text` as a string of the language: `"two\n\u{1B}"`.
  ///
  /// - Parameter limit: the bytes after which the rest of the text is cut off.
  public static func literal(_ text: String, limit: Int = .max) -> String {
    quoted(text, limit) { "\\u{\($0)}" }
  }

  /// Returns `text` as a JSON string (RFC 8259): `"two\n\u001b"`.
  ///
  /// - Parameter limit: the bytes after which the rest of the text is cut off.
  public static func json(_ text: String, limit: Int = .max) -> String {
    quoted(text, limit) { "\\u" + String(repeating: "0", count: 4 - $0.utf8.count) + $0 }
  }

  /// Returns `text` as one word of a POSIX shell: `web-1`, `'two words'`.
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

  /// - Parameter escape: returns the escape of a control character, given its number in hexadecimal
  ///   digits.
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

/// Makes text from outside safe for a terminal: names on a host, output of a guest, arguments.
public enum PlainText {
  /// Returns `text` with control characters, line separators and bidirectional controls escaped, so
  /// that it cannot move the cursor, colour the screen or forge a line.
  ///
  /// Newlines are kept if `keepsNewlines` is true, tabs if `keepsTabs` is true.
  public static func escaped(
    _ text: String, keepsNewlines: Bool = false, keepsTabs: Bool = false
  ) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if (scalar == "\n" && keepsNewlines) || (scalar == "\t" && keepsTabs) {
        result.unicodeScalars.append(scalar)
      } else {
        append(scalar, to: &result)
      }
    }
    return result
  }

  static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    if isControl(scalar) {
      text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    } else {
      text.unicodeScalars.append(scalar)
    }
  }

  /// Returns whether a terminal would interpret the scalar instead of showing it.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      || (0x2028...0x2029).contains(scalar.value) || EncodingCheck.isBidirectionalControl(scalar)
  }

  /// Returns the columns that a scalar takes on a terminal: none for marks, two for East Asian
  /// letters and emoji.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    guard scalar.value >= 0x300 else { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
