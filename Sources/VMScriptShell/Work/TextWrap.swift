import VMScriptTerminal

/// Lines broken at spaces to the width of the terminal.
enum TextWrap {
  /// The line in parts of at most `columns`; those after the first are indented.
  static func lines(_ line: String, columns: Int, indentation: Int = 4) -> [String] {
    guard TerminalText.columns(of: line) > columns, columns > 2 * indentation else { return [line] }
    var result: [String] = []
    var current = ""
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
      let longer = current.isEmpty ? String(word) : "\(current) \(word)"
      if TerminalText.columns(of: longer) > columns, !current.allSatisfy({ $0 == " " }) {
        result.append(current)
        current = String(repeating: " ", count: indentation) + word
      } else {
        current = longer
      }
    }
    return result + [current]
  }
}
