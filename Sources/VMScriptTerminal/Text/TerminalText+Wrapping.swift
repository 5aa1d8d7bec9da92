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
