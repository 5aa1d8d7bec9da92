extension EntryEditor {
  /// Reads an entry on a terminal that cannot move its cursor, such as one within an editor: the
  /// terminal itself edits each line.
  func readPlainly(prompt: String) -> Outcome {
    mode.beUsual()
    defer { mode.beQuiet() }
    var text = ""
    while true {
      switch readLine(prompt: text.isEmpty ? prompt : Self.goesOn) {
      case .entry(let line):
        text += text.isEmpty ? line : "\n" + line
        if Self.isWhole(text) { return .entry(text) }
      case .interrupted:
        write("\n")
        return .interrupted
      case .endOfInput: return .endOfInput
      }
    }
  }

  /// The prompt of a line that goes on with an entry.
  private static let goesOn = "... "

  private func readLine(prompt: String) -> Outcome {
    var line = String.UnicodeScalarView()
    write(news + prompt)
    while true {
      switch keys.next() {
      case .character("\n"): return .entry(String(line))
      case .character(let scalar): line.append(scalar)
      case .interrupt: return .interrupted
      case .endOfInput: return line.isEmpty ? .endOfInput : .entry(String(line))
      // What has happened is told with the next prompt: what is being typed cannot be drawn anew.
      case .resize, .wake: continue
      }
    }
  }

  private var news: String { takeNews().map { $0 + "\n" }.joined() }
}
