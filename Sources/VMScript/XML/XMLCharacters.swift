/// The characters that XML 1.0 allows.
package enum XMLCharacters {
  /// Returns whether a document may contain the character, even as a reference.
  package static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: true
    case ..<0x20, 0xFFFE, 0xFFFF: false
    default: true
    }
  }

  /// Returns whether a byte is white space.
  package static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  /// Returns whether a byte is a decimal digit.
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Returns whether a text can name an encoding.
  static func isEncoding(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "._-".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  /// Returns whether a text consists of white space.
  package static func isSpace(_ text: String) -> Bool { text.utf8.allSatisfy(isSpace) }

  /// Returns the text with every line end as one line feed, as every XML reader does. It works on
  /// scalars, because a carriage return with a line feed is one character of a `String`.
  package static func lines(of text: String) -> String {
    var lines = String.UnicodeScalarView()
    var followsReturn = false
    for scalar in text.unicodeScalars {
      if scalar != "\n" || !followsReturn { lines.append(scalar == "\r" ? "\n" : scalar) }
      followsReturn = scalar == "\r"
    }
    return String(lines)
  }

  /// Returns whether a text of letters, digits, `_`, `-`, `.`, `:` and characters beyond ASCII is a
  /// name.
  static func isName(_ text: String) -> Bool {
    guard text.utf8.contains(where: { $0 >= 0x80 }) else { return true }
    return text.unicodeScalars.enumerated().allSatisfy { position, scalar in
      scalar.isASCII || startsName(scalar) || (position > 0 && continuesName(scalar))
    }
  }

  /// Returns whether a text names an attribute without a prefix, and declares no namespace.
  static func isAttributeName(_ text: String) -> Bool {
    var scanner = XMLScanner(text)
    return text != "xmlns" && !text.contains(":") && (try? scanner.name()) == text
  }

  private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D,
      0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
      0x10000...0xEFFFF:
      true
    default: false
    }
  }

  private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xB7, 0x300...0x36F, 0x203F...0x2040: true
    default: false
    }
  }

  /// The entities that need no declaration.
  package static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
}
