import VMScriptSyntax

/// Text as a terminal lays it out: in columns, without control characters.
public enum TerminalText {
  /// The text with every control character written as `\u{1B}`, so that a name from outside
  /// cannot move the cursor, colour the screen or forge a line.
  ///
  /// - Parameter keepingLayout: leaves line ends and tabs as they are, for text of several lines.
  public static func escaped(_ text: String, keepingLayout: Bool = false) -> String {
    PlainText.escaped(text, keepsNewlines: keepingLayout, keepsTabs: keepingLayout)
  }

  /// The text cut to at most `limit` columns, its last one an ellipsis if something was cut.
  ///
  /// A wide character that would straddle the edge is left out, so the result may be narrower.
  public static func fitted(_ text: String, to limit: Int) -> String {
    guard columns(of: text) > limit else { return text }
    guard limit > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let width = columns(of: String(character))
      if used + width > limit - 1 { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }

  /// The text followed by as many spaces as make it `width` columns wide; never cut.
  public static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(of: text)))
  }
}

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

extension TerminalText {
  /// The text in lines of at most `width` columns, broken between words; a longer word stands alone.
  ///
  /// Line ends of the text stay where they are.
  public static func wrapped(_ text: String, to width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      filled(line.split(separator: " "), to: width)
    }
  }

  /// The words in lines of at most `width` columns, a space between two; a longer word stands alone.
  ///
  /// - Parameters:
  ///   - first: what the first line begins with.
  ///   - indentation: what every further line begins with.
  public static func filled(
    _ words: [Substring], to width: Int, first: String = "", indentation: String = ""
  ) -> [String] {
    var lines: [String] = []
    var current = first
    for (position, word) in words.enumerated() {
      let longer = position == 0 ? current + word : "\(current) \(word)"
      if position > 0, columns(of: longer) > width {
        lines.append(current)
        current = indentation + word
      } else {
        current = longer
      }
    }
    return lines + [current]
  }
}

/// Rows under a heading, their columns aligned.
public struct TextTable: Sendable {
  private let heading: [String]
  private var rows: [[String]] = []

  /// An empty table; one without a heading begins with its rows.
  public init(_ heading: [String]) { self.heading = heading }

  /// Whether there is no row.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; control characters are escaped, an empty cell becomes a dash.
  public mutating func add(_ cells: [String?]) {
    rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : TerminalText.escaped($0) } ?? "-" })
  }

  /// The lines, the heading first; none end in spaces.
  public func lines(color: Bool) -> [String] {
    let all = heading.isEmpty ? rows : [heading] + rows
    let widths = (0..<(all.map(\.count).max() ?? 0)).map { column in
      all.map { column < $0.count ? TerminalText.columns(of: $0[column]) : 0 }.max() ?? 0
    }
    return all.enumerated().map { position, cells in
      let padded = cells.enumerated().map { column, cell in
        column == cells.count - 1 ? cell : TerminalText.padded(cell, to: widths[column])
      }
      let line = padded.joined(separator: "  ")
      return position == 0 && !heading.isEmpty ? Style.bold.applied(to: line, color: color) : line
    }
  }
}
