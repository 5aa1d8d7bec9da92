extension TerminalText {
  /// The text in lines of at most `width` columns, broken between words; a longer word stands alone.
  ///
  /// Line ends of the text stay where they are.
  public static func wrapped(_ text: String, to width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      var lines: [String] = []
      var current = ""
      for word in line.split(separator: " ") {
        if current.isEmpty {
          current = String(word)
        } else if columns(of: current) + 1 + columns(of: String(word)) <= width {
          current += " \(word)"
        } else {
          lines.append(current)
          current = String(word)
        }
      }
      return lines + [current]
    }
  }
}
