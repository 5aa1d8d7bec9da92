/// The characters that XML 1.0 knows.
enum XMLCharacters {
  /// Whether a document can hold the character, even as a reference.
  static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: true
    case ..<0x20, 0xFFFE, 0xFFFF: false
    default: true
    }
  }

  /// Whether a byte is white space.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  /// Whether there is nothing but white space.
  static func isSpace(_ text: String) -> Bool { text.utf8.allSatisfy(isSpace) }

  /// The entities that need no declaration.
  static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
}
