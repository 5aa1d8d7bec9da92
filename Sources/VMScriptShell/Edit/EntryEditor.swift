import VMScript
import VMScriptEditing
import VMScriptTerminal

/// Lets the user edit entries: several lines as one, with history, colours and completion.
final class EntryEditor: EditHandler {
  /// How editing ended.
  enum Outcome {
    case entry(String)
    case interrupted
    case endOfInput
  }

  let keys: KeyReader
  var history: History
  /// Lines that wait to be shown above the entry.
  var takeNews: () -> [String] = { [] }
  /// What may stand at the end of a text.
  var complete: (String) -> Completion = { _ in Completion(length: 0, candidates: []) }

  let entry: Entry
  let screen: Screen
  let mode: TerminalMode
  var prompt = ""
  /// Where in the entry stands what is searched for.
  var found = 0..<0
  /// What was searched for last.
  var lastSought = ""
  /// What is listed below the entry until the next key.
  var listing: [Candidate] = []
  var undoHistory = UndoHistory()
  /// How editing has ended; nil while it goes on.
  var outcome: Outcome?
  let editor: LineEditor
  /// Keys that libedit gets before those that are typed.
  var injected: [Unicode.Scalar] = []
  var painter = FramePainter()
  /// The first row that is shown of an entry that is higher than the screen.
  var firstRow = 0
  /// The characters that were typed last.
  private var typed: (Unicode.Scalar?, Unicode.Scalar?) = (nil, nil)
  /// The entry that libedit is to go on with.
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
      // Some of vi's commands would run a line as it stands; only the shell knows of its entry.
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
      // No keyboard has these: they are libedit's and the shell's own.
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

  /// Waits for the next key, the screen as it should be meanwhile.
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

  /// Waits until the terminal keeps its size: what is drawn for one that it no longer has would be
  /// broken into rows that nobody counts. Some, such as tmux, tell of a size only after 250 ms.
  private func waitForSize() {
    while let next = keys.next(within: 300) {
      guard next == .resize else { return keys.putBack([next]) }
    }
  }

  /// The Escape key, or the beginning of what another key sends; nil if that means nothing.
  ///
  /// libedit never gets a beginning alone: what follows an Escape that it waits after would be text.
  private func escape() -> Unicode.Scalar? {
    if let sequence = keys.sequence() {
      if !sequence.isEmpty, editor.isBound(["\u{1B}"] + sequence) {
        injected = sequence
        return "\u{1B}"
      }
      // To vi's user `O` behind Escape may be a command that was typed ahead.
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

  /// Brings in order what libedit, which knows of one line and of single characters, has left.
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

extension EntryEditor {
  /// Puts in what is beyond doubt; a second time, or where nothing is, lists what may stand here.
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

  /// Indents the start of a line that stands too far to the left; false if it does not.
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
