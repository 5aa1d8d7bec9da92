import VMScriptTerminal

// What the user sees of an entry.
extension EntryEditor {
  func write(_ text: String) { screen.writeOutput(text) }

  /// Says that a key can do nothing here.
  func beep() { write("\u{7}") }

  /// Brings the entry onto the screen as it is, what has happened above it.
  func show() {
    let (columns, rows) = screen.size()
    let news = takeNews()
    var text = ""
    if !news.isEmpty { text = painter.erase(columns: columns) + news.map { $0 + "\r\n" }.joined() }
    let frame = frame(columns: columns, rows: rows).clipped(to: max(1, rows), near: &firstRow)
    text += painter.paint(frame, columns: columns)
    if !text.isEmpty { write(text) }
  }

  /// Leaves the whole entry on the screen, without what is only shown while one edits, and the
  /// cursor below it.
  func leaveOnScreen() {
    listing = []
    let (columns, rows) = screen.size()
    let frame = frame(columns: columns, rows: rows, isFinal: true)
    var text = ""
    if frame.rows.count > rows {
      text = painter.erase(columns: columns) + frame.rows.map(\.text).joined(separator: "\r\n")
      painter.forget()
      text += "\r\n"
    } else {
      text = painter.paint(frame, columns: columns) + painter.leave()
    }
    write(text)
  }

  func clearScreen() {
    painter.forget()
    write("\u{1B}[H\u{1B}[2J")
  }

  private func frame(columns: Int, rows: Int, isFinal: Bool = false) -> EntryFrame {
    let state = entry.state
    var builder = EntryFrameBuilder(columns: columns)
    let styles = styles(of: state.text)
    builder.add(prompt, style: screen.color ? "1;36" : "")
    var position = 0
    for character in Entry.string(state.text) {
      if position == state.cursor { builder.placeCursor() }
      builder.add(character, style: styles?[position] ?? "")
      position += character.unicodeScalars.count
    }
    if position <= state.cursor { builder.placeCursor() }
    guard !isFinal else { return builder.frame }
    if entry.isAtEnd { builder.add(suggestion(room: builder.room), style: "2") }
    if !listing.isEmpty {
      let entryRows = builder.rowCount
      let list = CompletionList(columns: columns, rows: max(1, rows - entryRows))
      for row in list.rows(listing) {
        builder.endRow()
        builder.add(row.text)
        builder.add(row.note, style: screen.color ? "2" : "")
      }
    }
    return builder.frame
  }

  private func styles(of line: [Unicode.Scalar]) -> [String]? {
    guard screen.color else { return nil }
    var styles = Highlighting.styles(of: line)
    for position in found where styles.indices.contains(position) { styles[position] += ";7" }
    return styles
  }

  // MARK: Suggestion

  /// What the history would put behind the entry; nil where that is not shown.
  private var suggestion: String? {
    guard screen.color, entry.isAtEnd, found.isEmpty else { return nil }
    return history.suggestion(for: entry.text)
  }

  /// As much of the suggestion as there is room for.
  private func suggestion(room: Int) -> String {
    guard let suggestion, room > 1 else { return "" }
    let lines = suggestion.split(separator: "\n", omittingEmptySubsequences: false)
    let first = TerminalText.escaped(String(lines[0])) + (lines.count > 1 ? " …" : "")
    return TerminalText.fitted(first, to: room - 1)
  }

  /// Puts the suggestion into the entry, or its first word; false if there is none.
  func takeSuggestion(wordOnly: Bool = false) -> Bool {
    guard let suggestion else { return false }
    entry.insert((wordOnly ? Self.firstWord(of: suggestion) : suggestion).unicodeScalars)
    return true
  }

  /// With the white space before it.
  static func firstWord(of text: String) -> String {
    let space = text.prefix { $0.isWhitespace }
    let word = text.dropFirst(space.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return String(space + (word.isEmpty ? text.dropFirst(space.count).prefix(1) : word))
  }
}
