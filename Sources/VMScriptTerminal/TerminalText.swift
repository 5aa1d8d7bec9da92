import VMScriptSyntax

/// Layout of text on a terminal: columns, wrapping, and escaped control characters.
public enum TerminalText {
  /// The text with every control character written as `\u{1B}`, so that a name from outside
  /// cannot move the cursor, colour the screen or forge a line.
  ///
  /// - Parameter keepingLayout: leaves newlines and tabs unchanged, for text of several lines.
  public static func escaped(_ text: String, keepingLayout: Bool = false) -> String {
    PlainText.escaped(text, keepsNewlines: keepingLayout, keepsTabs: keepingLayout)
  }

  /// The text, truncated to at most `limit` columns with an ellipsis at the end.
  ///
  /// A wide character that does not fit completely is left out, so the result may be narrower.
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

  /// The text, padded with spaces to `width` columns; never truncated.
  public static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(of: text)))
  }
}

extension TerminalText {
  /// The width of `text` in columns. Wide characters count two. Combining marks, and characters
  /// that a zero width joiner attaches to an emoji, count none.
  ///
  /// The text must have no control characters; see `escaped(_:)`. Linear in the length of the text.
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
    // Below the first combining mark, each character takes one column.
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

  /// Vowels and final consonants of Korean syllables, which share the columns of the first one.
  private static let trailingJamo: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FB]

  /// Characters that terminals draw two columns wide (UAX #11, Wide and Fullwidth), except emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
    0x20000...0x3FFFD,
  ]
}

extension TerminalText {
  /// The text in lines of at most `width` columns, broken at spaces; a longer word gets its own
  /// line.
  ///
  /// Keeps the newlines of the text.
  public static func wrapped(_ text: String, to width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      filled(line.split(separator: " "), to: width)
    }
  }

  /// The words in lines of at most `width` columns; a longer word gets its own line.
  ///
  /// - Parameters:
  ///   - first: the start of the first line.
  ///   - indentation: the start of every further line.
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

/// A table with aligned columns and an optional heading.
public struct TextTable: Sendable {
  private let heading: [String]
  private var rows: [[String]] = []

  /// Creates an empty table; without a heading it begins with its rows.
  public init(_ heading: [String]) { self.heading = heading }

  /// Whether there is no row.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; control characters are escaped, an empty cell becomes a dash.
  public mutating func add(_ cells: [String?]) {
    rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : TerminalText.escaped($0) } ?? "-" })
  }

  /// The lines, the heading first, without trailing spaces.
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
