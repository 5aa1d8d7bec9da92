import VMScriptSyntax
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

  let editor: LineEditor
  private let screen: Screen
  var prompt = ""
  /// What is on the screen while keys are waited for.
  private var shown: LinePainter.Picture
  private var suggestion = ""
  private var wasInterrupted = false
  private var lastWasTab = false

  init(_ editor: LineEditor, keys: KeyReader, screen: Screen, history: History) {
    self.editor = editor
    self.keys = keys
    self.screen = screen
    self.history = history
    shown = .init(prompt: "", line: [], cursor: 0, columns: 80)
  }

  /// Lets the user edit an entry until it is complete.
  func read(prompt: String) -> Outcome {
    self.prompt = prompt
    shown = .init(prompt: prompt, line: [], cursor: 0, columns: screen.size().columns)
    (wasInterrupted, lastWasTab, suggestion) = (false, false, "")
    history.leave()
    // Whoever pastes is to be told from whoever types.
    if screen.isLive { write("\u{1B}[?2004h") }
    let line = editor.read(prompt: prompt, self)
    if screen.isLive { write("\u{1B}[?2004l") }
    if wasInterrupted {
      leave()
      return .interrupted
    }
    guard let line else { return .endOfInput }
    return .entry(Self.string(line))
  }

  /// The entry as it stands.
  var text: String { Self.string(editor.line) }

  /// The part of the entry before the cursor.
  var textBeforeCursor: String { Self.string(editor.line.prefix(editor.cursor)) }

  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  func write(_ text: String) { screen.writeOutput(text) }

  var screenColumns: Int { screen.size().columns }

  // MARK: Keys

  func nextCharacter() -> Unicode.Scalar? {
    while true {
      if !keys.hasMore { show() }
      switch keys.next() {
      case .character(let scalar):
        hideSuggestion()
        return scalar
      case .endOfInput:
        return nil
      case .interrupt:
        wasInterrupted = true
        return nil
      case .resize:
        redraw { editor.resize() }
      case .wake:
        let news = takeNews()
        if !news.isEmpty { write(above: news) }
      }
    }
  }

  func run(_ command: EditCommand) -> EditStep {
    defer { lastWasTab = command == .tab }
    switch command {
    case .enter: return enter()
    case .newLine: return openLine()
    case .up: return up()
    case .down: return down()
    case .right: return right()
    case .end: return end()
    case .tab: return tab(isSecond: lastWasTab)
    case .paste: return paste()
    case .endOfInput: return endOfInput()
    case .search: return search()
    case .closeBrace: return close("}")
    case .closeBracket: return close("]")
    case .closeParenthesis: return close(")")
    case .clear:
      redraw { write("\u{1B}[H\u{1B}[2J") }
      return .nothing
    }
  }

  // MARK: The screen

  /// Brings colours and suggestion onto the screen; libedit has drawn the rest.
  private func show() {
    shown = picture
    guard screen.isLive, screen.color else { return }
    // An entry that is higher than the screen is libedit's alone.
    guard shown.layout.end.row < screen.size().rows else { return }
    let isAtEnd = shown.cursor == shown.line.count
    let whole = isAtEnd ? history.suggestion(for: Self.string(shown.line)) ?? "" : ""
    suggestion = whole
    let first = whole.prefix { $0 != "\n" }
    write(
      LinePainter.paint(
        shown, styles: Highlighting.styles(of: shown.line), suggestion: String(first)))
  }

  private func hideSuggestion() {
    if !suggestion.isEmpty { write("\u{1B}[K") }
  }

  private var picture: LinePainter.Picture {
    .init(
      prompt: prompt, line: editor.line, cursor: editor.cursor, columns: screen.size().columns)
  }

  /// Takes the entry off the screen, does something, and draws it again below.
  func redraw(_ work: () -> Void) {
    shown.columns = screen.size().columns
    if screen.isLive { write(LinePainter.erase(shown)) } else { leave() }
    work()
    editor.setPrompt(prompt)
    editor.redraw()
    shown = picture
  }

  /// Puts the cursor below the entry; on a terminal that cannot move it, on a new row.
  private func leave() { write(screen.isLive ? LinePainter.leave(shown) : "\r\n") }

  /// Writes lines that stay above the entry.
  func write(above lines: [String]) {
    redraw { write(lines.map { $0 + "\r\n" }.joined()) }
  }

  /// Leaves the entry on the screen as it is, without suggestion, the cursor below it.
  func finish() {
    shown = picture
    suggestion = ""
    if screen.isLive, screen.color, shown.layout.end.row < screen.size().rows {
      write(
        LinePainter.paint(shown, styles: Highlighting.styles(of: shown.line), suggestion: ""))
    }
    leave()
  }

  /// Puts the suggestion into the entry; false if there is none.
  func takeSuggestion() -> Bool {
    guard screen.isLive, screen.color, editor.cursor == editor.line.count,
      let suggestion = history.suggestion(for: text)
    else { return false }
    editor.insert(suggestion.unicodeScalars)
    return true
  }
}
