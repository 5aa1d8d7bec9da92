extension TerminalText {
  /// The columns that `text` takes up: wide characters count two, marks that combine none, and what
  /// a zero width joiner ties to an emoji none either.
  ///
  /// The text holds no control characters; see `escaped(_:)`. Linear in the text's length.
  public static func columns(of text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    var total = 0
    var isJoined = false
    for scalar in text.unicodeScalars {
      if !isJoined { total += columns(of: scalar) }
      isJoined = scalar == zeroWidthJoiner
    }
    return total
  }

  private static let zeroWidthJoiner: Unicode.Scalar = "\u{200D}"

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    // Latin, Greek, Cyrillic and their neighbours, but for the marks among them.
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if trailingJamo.contains(where: { $0.contains(scalar.value) }) { return 0 }
    if wide.contains(where: { $0.contains(scalar.value) }) { return 2 }
    // A flag is two letters, each of which is one column wide.
    let isFlagLetter = (0x1F1E6...0x1F1FF).contains(scalar.value)
    return scalar.properties.isEmojiPresentation && !isFlagLetter ? 2 : 1
  }

  /// Vowels and last consonants of Korean syllables, which stand in the first one's columns.
  private static let trailingJamo: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FB]

  /// What terminals draw two columns wide (UAX #11, Wide and Fullwidth), apart from emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
    0x20000...0x3FFFD,
  ]
}
