import VMScript
import VMScriptEditing
import VMScriptTerminal

/// Lets the user edit entries: several lines as one, with history, colours and completion.
final class EntryEditor: EditHandler {
  /// The result of editing.
  enum Outcome {
    case entry(String)
    case interrupted
    case endOfInput
  }

  let keys: KeyReader
  var history: History
  /// Removes and returns the lines to show above the entry.
  var takeNews: () -> [String] = { [] }
  /// Completes the end of a text.
  var complete: (String) -> Completion = { _ in Completion(length: 0, candidates: []) }

  let entry: Entry
  let screen: Screen
  let mode: TerminalMode
  var prompt = ""
  /// The range of the search match in the entry.
  var found = 0..<0
  /// The text of the last search.
  var lastSearch = ""
  /// Candidates that are listed below the entry until the next key.
  var listing: [Candidate] = []
  var undoHistory = UndoHistory()
  /// The result of editing; nil while it continues.
  var outcome: Outcome?
  let editor: LineEditor
  /// Keys that libedit receives before typed ones.
  var injected: [Unicode.Scalar] = []
  var painter = FramePainter()
  /// The first visible row of an entry that is higher than the screen.
  var firstRow = 0
  /// The last two typed characters.
  private var typed: (Unicode.Scalar?, Unicode.Scalar?) = (nil, nil)
  /// The entry that libedit continues with.
  private var unfinished: Entry.State?
  private var hasRead = false
  private var lastWasTab = false

  init(
    _ editor: LineEditor, keys: KeyReader, screen: Screen, mode: TerminalMode, history: History
  ) {
    self.editor = editor
    self.keys = keys
    self.screen = screen
    self.mode = mode
    self.history = history
    entry = Entry(editor)
  }

  /// Lets the user edit an entry until it is complete.
  func read(prompt: String) -> Outcome {
    guard screen.isLive else { return readPlainly(prompt: prompt) }
    self.prompt = prompt
    (outcome, unfinished, lastWasTab, listing) = (nil, nil, false, [])
    (injected, undoHistory, firstRow, typed) = ([], UndoHistory(), 0, (nil, nil))
    entry.clear()
    history.leave()
    painter.forget()
    repeat {
      hasRead = false
      editor.read(self)
      // Some of vi's commands accept a line; only the shell decides when the entry ends.
      unfinished = undoHistory.present
    } while outcome == nil && hasRead
    return outcome ?? .endOfInput
  }

  // MARK: Keys

  func nextCharacter() -> Unicode.Scalar? {
    hasRead = true
    if let unfinished {
      entry.replace(with: unfinished.text, cursor: unfinished.cursor)
      self.unfinished = nil
    }
    while true {
      if !injected.isEmpty { return injected.removeFirst() }
      settle()
      switch nextKey() {
      case .character("\u{1B}"):
        typed = (nil, nil)
        guard let first = escape() else { continue }
        return first
      // No keyboard sends these: libedit and the shell use them.
      case .character("\u{80}"..."\u{9F}"): continue
      case .character(let scalar):
        typed = (typed.1, scalar)
        return scalar
      case .interrupt:
        _ = end(.interrupted)
        return nil
      case .endOfInput, .resize, .wake:
        _ = end(.endOfInput)
        return nil
      }
    }
  }

  /// Waits for the next key with an up-to-date screen.
  func nextKey() -> KeyReader.Event {
    while true {
      if !keys.hasMore { show() }
      switch keys.next() {
      case .resize: waitForSize()
      case .wake: continue
      case let key:
        listing = []
        return key
      }
    }
  }

  /// Waits until the terminal's size is stable: a frame for an old size would wrap into uncounted
  /// rows. Some terminals, such as tmux, report a size only after 250 ms.
  private func waitForSize() {
    while let next = keys.next(within: 300) {
      guard next == .resize else { return keys.putBack([next]) }
    }
  }

  /// The Escape key, or the start of another key's sequence; nil if the sequence is not bound.
  ///
  /// libedit never receives an incomplete sequence, because it would take the rest as text.
  private func escape() -> Unicode.Scalar? {
    if let sequence = keys.sequence() {
      if !sequence.isEmpty, editor.isBound(["\u{1B}"] + sequence) {
        injected = sequence
        return "\u{1B}"
      }
      // In vi mode `O` after Escape may be a command that was typed ahead.
      guard editor.usesVi, sequence.first == "O" else { return nil }
      keys.putBack(sequence.map { .character($0) })
    }
    if editor.usesVi { return LineEditor.PrivateKey.escape }
    let next = nextKey()
    guard case .character(let scalar) = next, scalar != "\u{1B}" else {
      keys.putBack([next])
      return nil
    }
    injected = [scalar]
    return "\u{1B}"
  }

  /// Corrects the state that libedit left, which knows only one line and single scalars.
  private func settle() {
    let before = undoHistory.present
    if editor.usesVi, typed == ("d", "d"), entry.line.isEmpty, entry.state.text != before.text,
      entry.removeLine()
    {
      typed = (nil, nil)
    }
    let (line, column) = (entry.line, entry.column)
    if Clusters.isWithin(column, of: line) {
      let isLeftwards = entry.state.cursor < before.cursor
      entry.move(
        to: isLeftwards
          ? Clusters.start(before: column, in: line) : Clusters.end(after: column, in: line))
    }
    undoHistory.note(entry.state)
  }

  func run(_ command: EditCommand) -> EditStep {
    defer { lastWasTab = command == .tab }
    switch command {
    case .enter: return enter()
    case .newLine: openLine()
    case .viEnter: return viEnter()
    case .up: up()
    case .down: down()
    case .viUp: inCommandMode { up() }
    case .viDown: inCommandMode { down() }
    case .viOpenBelow: openLine(below: true)
    case .viOpenAbove: openLine(below: false)
    case .left: left()
    case .right: right()
    case .end: end()
    case .nextWord: nextWord()
    case .previousWord: previousWord()
    case .firstLine: entry.replace(with: entry.state.text, cursor: 0)
    case .lastLine: entry.replace(with: entry.state.text)
    case .deleteBefore: deleteBefore()
    case .deleteAfter: deleteAfter()
    case .killLine: killLine()
    case .tab: tab(isSecond: lastWasTab)
    case .paste: paste()
    case .search: search()
    case .clear: clearScreen()
    case .undo: restore(undoHistory.undo())
    case .redo: restore(undoHistory.redo())
    case .closeBrace: close("}")
    case .closeBracket: close("]")
    case .closeParenthesis: close(")")
    case .endOfInput:
      if entry.isEmpty { return end(.endOfInput) }
      deleteAfter()
    case .interrupt: return end(.interrupted)
    }
    return .goOn
  }

  /// Ends editing; the entry stays on the screen.
  func end(_ outcome: Outcome) -> EditStep {
    self.outcome = outcome
    leaveOnScreen()
    return .accept
  }

  private func restore(_ state: Entry.State?) {
    guard let state else { return beep() }
    entry.replace(with: state.text, cursor: state.cursor)
  }
}

// Drawing the entry.
extension EntryEditor {
  func write(_ text: String) { screen.writeOutput(text) }

  /// Rings the bell for a key without effect.
  func beep() { write("\u{7}") }

  /// Draws the entry, with news above it.
  func show() {
    let (columns, rows) = screen.size()
    let news = takeNews()
    var text = ""
    if !news.isEmpty { text = painter.erase(columns: columns) + news.map { $0 + "\r\n" }.joined() }
    let frame = frame(columns: columns, rows: rows).clipped(to: max(1, rows), near: &firstRow)
    text += painter.paint(frame, columns: columns)
    if !text.isEmpty { write(text) }
  }

  /// Leaves the whole entry on the screen without suggestions and candidates, with the cursor below
  /// it.
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

  /// The continuation of the entry from the history; nil if it is not shown.
  private var suggestion: String? {
    guard screen.color, entry.isAtEnd, found.isEmpty else { return nil }
    return history.suggestion(for: entry.text)
  }

  /// The part of the suggestion that fits.
  private func suggestion(room: Int) -> String {
    guard let suggestion, room > 1 else { return "" }
    let lines = suggestion.split(separator: "\n", omittingEmptySubsequences: false)
    let first = TerminalText.escaped(String(lines[0])) + (lines.count > 1 ? " …" : "")
    return TerminalText.fitted(first, to: room - 1)
  }

  /// Inserts the suggestion or its first word; returns false if there is none.
  func takeSuggestion(wordOnly: Bool = false) -> Bool {
    guard let suggestion else { return false }
    entry.insert((wordOnly ? Self.firstWord(of: suggestion) : suggestion).unicodeScalars)
    return true
  }

  /// The first word of a text with the white space before it.
  static func firstWord(of text: String) -> String {
    let space = text.prefix { $0.isWhitespace }
    let word = text.dropFirst(space.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return String(space + (word.isEmpty ? text.dropFirst(space.count).prefix(1) : word))
  }
}

extension EntryEditor {
  /// Inserts the common prefix of the candidates; a second time, or without a prefix, lists them.
  func tab(isSecond: Bool) {
    if indent() { return }
    let completion = complete(entry.textBeforeCursor)
    guard let first = completion.candidates.first else { return beep() }
    let isOnly = completion.candidates.count == 1
    let text = isOnly ? first.text + first.suffix : completion.commonPrefix
    if text.unicodeScalars.count > completion.length {
      entry.delete(before: completion.length)
      entry.insert(text.unicodeScalars)
    } else if !isOnly, isSecond || completion.length == 0 {
      listing = completion.candidates
    } else {
      beep()
    }
  }

  /// Indents the start of a line that has too little indentation; otherwise returns false.
  private func indent() -> Bool {
    let before = entry.line.prefix(entry.column)
    guard !entry.above.isEmpty, Self.isBlank(before) else { return false }
    let missing = 2 * OpenBrackets(in: entry.textBeforeCursor).depth - before.count
    guard missing > 0 else { return false }
    entry.insert(Array(repeating: " ", count: missing))
    return true
  }
}

extension EntryEditor {
  /// Reads an entry on a terminal without cursor movement, such as one inside an editor. The
  /// terminal itself edits each line.
  func readPlainly(prompt: String) -> Outcome {
    mode.restore()
    defer { mode.hideInput() }
    var text = ""
    while true {
      switch readLine(prompt: text.isEmpty ? prompt : Self.continuationPrompt) {
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

  /// The prompt of further lines of an entry.
  private static let continuationPrompt = "... "

  private func readLine(prompt: String) -> Outcome {
    var line = String.UnicodeScalarView()
    write(news + prompt)
    while true {
      switch keys.next() {
      case .character("\n"): return .entry(String(line))
      case .character(let scalar): line.append(scalar)
      case .interrupt: return .interrupted
      case .endOfInput: return line.isEmpty ? .endOfInput : .entry(String(line))
      // News appear with the next prompt, because the current line cannot be redrawn.
      case .resize, .wake: continue
      }
    }
  }

  private var news: String { takeNews().map { $0 + "\n" }.joined() }
}
