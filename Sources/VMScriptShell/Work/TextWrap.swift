import VMScriptTerminal

/// Lines broken at spaces to the width of the terminal.
enum TextWrap {
  /// The line in parts of at most `columns`, as far as its words allow; those after the first stand
  /// below the last column of a table, or a little to the right.
  static func lines(_ line: String, columns: Int) -> [String] {
    guard TerminalText.columns(of: line) > columns else { return [line] }
    let leading = line.prefix { $0 == " " }
    return TerminalText.filled(
      line.dropFirst(leading.count).split(separator: " ", omittingEmptySubsequences: false),
      to: columns, first: String(leading),
      indentation: String(repeating: " ", count: hang(of: line, columns)))
  }

  /// How far to the right what is carried over stands.
  private static func hang(of line: String, _ columns: Int) -> Int {
    let leading = line.prefix { $0 == " " }.count
    var column = leading
    var spaces = 0
    for (position, character) in line.enumerated() where position >= leading {
      if character == " " {
        spaces += 1
      } else {
        if spaces > 1 { column = position }
        spaces = 0
      }
    }
    return column > leading && column <= columns / 2 ? column : min(leading + 4, columns / 4)
  }
}
