import VMScriptSyntax
import VMScriptTerminal

// Keys that move through lines and history, and delete.
extension EntryEditor {
  func up() {
    // The first line follows the prompt; the cursor keeps its screen column.
    let shift = entry.above.count == 1 ? TerminalText.columns(of: prompt) : 0
    if entry.moveUp(to: max(0, entry.column - shift)) { return }
    guard let earlier = history.earlier(than: entry.text) else { return beep() }
    entry.replace(with: Array(earlier.unicodeScalars))
  }

  func down() {
    let shift = entry.above.isEmpty ? TerminalText.columns(of: prompt) : 0
    if entry.moveDown(to: entry.column + shift) { return }
    guard let later = history.later(than: entry.text) else { return beep() }
    entry.replace(with: Array(later.unicodeScalars))
  }

  /// Moves in vi's command mode, where the cursor is on a character, not after the last one.
  func inCommandMode(_ move: () -> Void) {
    move()
    if entry.column > 0, entry.column == entry.line.count { entry.move(to: entry.column - 1) }
  }

  func left() {
    if entry.column > 0 {
      entry.move(to: Clusters.start(before: entry.column, in: entry.line))
    } else if !entry.moveUp(to: .max) {
      beep()
    }
  }

  func right() {
    if takeSuggestion() { return }
    if entry.column < entry.line.count {
      entry.move(to: Clusters.end(after: entry.column, in: entry.line))
    } else if !entry.moveDown(to: 0) {
      beep()
    }
  }

  func end() {
    if !takeSuggestion() { entry.move(to: entry.line.count) }
  }

  func nextWord() {
    if takeSuggestion(wordOnly: true) { return }
    if entry.column < entry.line.count {
      injected = [LineEditor.PrivateKey.nextWord]
    } else if !entry.moveDown(to: 0) {
      beep()
    }
  }

  func previousWord() {
    if entry.column > 0 {
      injected = [LineEditor.PrivateKey.previousWord]
    } else if !entry.moveUp(to: .max) {
      beep()
    }
  }

  /// Deletes a character or a step of indentation, or joins the line to the one above.
  func deleteBefore() {
    let before = entry.line.prefix(entry.column)
    if before.isEmpty {
      if !entry.joinAbove() { beep() }
    } else if !entry.above.isEmpty, before.count % 2 == 0, before.allSatisfy({ $0 == " " }) {
      entry.delete(before: 2)
    } else {
      entry.delete(
        before: before.count - Clusters.start(before: before.count, in: entry.line))
    }
  }

  func deleteAfter() {
    let (line, column) = (entry.line, entry.column)
    if column < line.count {
      entry.delete(after: Clusters.end(after: column, in: line) - column)
    } else if !entry.joinBelow() {
      beep()
    }
  }

  /// Deletes to the end of the line; at its end, joins the next line.
  func killLine() {
    if entry.column < entry.line.count {
      injected = [LineEditor.PrivateKey.killLine]
    } else if !entry.joinBelow() {
      beep()
    }
  }
}

// Keys that open lines, and run the entry.
extension EntryEditor {
  func enter() -> EditStep {
    let text = entry.text
    guard Self.isWhole(text) else {
      openLine()
      return .goOn
    }
    return end(.entry(text))
  }

  /// Handles Enter in vi's command mode; continues in insert mode.
  func viEnter() -> EditStep {
    if !Self.isWhole(entry.text) { entry.move(to: entry.line.count) }
    let step = enter()
    if step == .goOn { injected = ["i"] }
    return step
  }

  /// Opens a line at the cursor, indented by its open brackets.
  func openLine() {
    let line = entry.line
    let before = line.prefix(entry.column)
    if Self.isBlank(before) { entry.delete(before: before.count) }
    let behind = line.dropFirst(before.count)
    entry.delete(after: behind.prefix { $0 == " " }.count)
    let closing = Self.closingBrackets(behind.drop { $0 == " " })
    let depth = OpenBrackets(in: entry.textBeforeCursor).depth(closing: closing)
    entry.insert("\n".unicodeScalars + Self.indentation(depth))
  }

  /// Opens a line below or above this one, and continues in insert mode.
  func openLine(below: Bool) {
    if below {
      entry.move(to: entry.line.count)
      openLine()
    } else {
      let indentation = entry.line.prefix { $0 == " " }
      entry.move(to: 0)
      entry.insert(indentation + ["\n"])
      entry.moveUp(to: .max)
    }
    injected = ["i"]
    if entry.column > 0 { injected = ["A"] }
  }

  /// Inserts a closing bracket; at the start of a line, aligns it with the line of its opening
  /// bracket.
  func close(_ bracket: Unicode.Scalar) {
    let before = entry.line.prefix(entry.column)
    let brackets = Array(before.drop { $0 == " " })
    if !entry.above.isEmpty, Self.closingBrackets(brackets[...]) == brackets.count {
      entry.delete(before: before.count)
      let open = OpenBrackets(in: entry.textBeforeCursor)
      entry.insert(Self.indentation(open.depth(closing: brackets.count + 1)) + brackets)
    }
    entry.insert([bracket])
  }

  /// The number of closing brackets at the start of a text.
  private static func closingBrackets(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    text.prefix { ")]}".unicodeScalars.contains($0) }.count
  }

  private static func indentation(_ depth: Int) -> [Unicode.Scalar] {
    Array(repeating: " ", count: 2 * depth)
  }

  /// Whether an entry is complete.
  static func isWhole(_ text: String) -> Bool {
    if text.first == ":" || isBlank(text) || endsWithBlankLines(text) { return true }
    var names = NameTable()
    let source = SourceText(name: "", text: text)
    return parse(source, id: SourceID(index: 0), names: &names).completeness == .complete
  }

  static func isBlank(_ text: some StringProtocol) -> Bool { text.allSatisfy(\.isWhitespace) }

  static func isBlank(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    text.allSatisfy(\.properties.isWhitespace)
  }

  /// Whether two blank lines end an incomplete entry, so that its error is shown.
  private static func endsWithBlankLines(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 2 && lines.suffix(2).allSatisfy(isBlank)
  }
}

extension EntryEditor {
  /// Searches the history backwards, incrementally.
  ///
  /// Enter and Tab take the match into the entry; so does a motion key, which then moves. Escape,
  /// Ctrl-G and Ctrl-C restore the entry.
  func search() {
    let (before, usualPrompt) = (entry.state, prompt)
    var match: (position: Int, entry: String)?
    var query = ""
    func look(before limit: Int) {
      let next = history.search(query, before: limit)
      match = next ?? match
      prompt = next == nil && !query.isEmpty ? "no `\(query)`: " : "search `\(query)`: "
      show(match?.entry, query, else: before)
    }
    func cancel() { entry.replace(with: before.text, cursor: before.cursor) }
    defer { (prompt, found) = (usualPrompt, 0..<0) }
    look(before: .max)
    while true {
      let key = nextKey()
      guard case .character(let scalar) = key else {
        keys.putBack([key])
        return cancel()
      }
      switch scalar {
      case "\u{12}":
        if query.isEmpty { query = lastSearch }
        look(before: match?.position ?? .max)
      case "\u{7F}", "\u{8}":
        query = String(query.dropLast())
        match = nil
        look(before: .max)
      case "\u{7}", "\u{3}": return cancel()
      case "\u{1B}":
        guard let sequence = keys.sequence() else { return cancel() }
        keys.putBack(([scalar] + sequence).map { .character($0) })
        return take(query)
      case "\r", "\n", "\t": return take(query)
      case let other where other.properties.generalCategory == .control:
        keys.putBack([key])
        return take(query)
      default:
        query.unicodeScalars.append(scalar)
        // The current match may match the longer query too.
        look(before: match.map { $0.position + 1 } ?? .max)
      }
    }
  }

  /// Shows the match, with the cursor at the query.
  private func show(_ match: String?, _ query: String, else before: Entry.State) {
    found = 0..<0
    guard let match else {
      return entry.replace(with: before.text, cursor: before.cursor)
    }
    guard let range = match.range(of: query) else {
      return entry.replace(with: Array(match.unicodeScalars))
    }
    let start = match.unicodeScalars.distance(
      from: match.startIndex, to: range.lowerBound)
    found = start..<start + match[range].unicodeScalars.count
    entry.replace(with: Array(match.unicodeScalars), cursor: start)
  }

  private func take(_ query: String) {
    lastSearch = query
    entry.replace(with: entry.state.text)
  }
}

extension EntryEditor {
  /// Enables bracketed paste, also while no entry is edited: text pasted during work waits for the
  /// next entry.
  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"

  /// The sequences before and after pasted text.
  private static let pasteStart = Array("\u{1B}[200~".unicodeScalars)
  private static let pasteEnd = Array("\u{1B}[201~".unicodeScalars)

  /// Inserts pasted text literally: it triggers no key and runs no line.
  func paste() {
    var pasted = upToPasteEnd()
    // Some terminals allow the end sequence inside the text: only the last one counts.
    while let more = upToForgedEnd() { pasted += more }
    entry.insert(Self.cleaned(pasted))
  }

  private func upToPasteEnd() -> [Unicode.Scalar] {
    var pasted: [Unicode.Scalar] = []
    while !pasted.ends(with: Self.pasteEnd) {
      switch keys.next() {
      case .character(let scalar): pasted.append(scalar)
      case .interrupt, .resize, .wake: continue
      case .endOfInput: return pasted
      }
    }
    return pasted.dropLast(Self.pasteEnd.count)
  }

  /// Immediate further input up to another end sequence; put back if it has none or a start
  /// sequence.
  private func upToForgedEnd() -> [Unicode.Scalar]? {
    var more: [KeyReader.Event] = []
    var scalars: [Unicode.Scalar] = []
    while let next = keys.next(within: 10) {
      more.append(next)
      guard case .character(let scalar) = next else { continue }
      scalars.append(scalar)
      if scalars.ends(with: Self.pasteStart) { break }
      if scalars.ends(with: Self.pasteEnd) { return scalars.dropLast(Self.pasteEnd.count) }
    }
    keys.putBack(more)
    return nil
  }

  /// Normalizes newlines, expands tabs, and drops other control characters.
  static func cleaned(_ pasted: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var previous: Unicode.Scalar?
    for scalar in pasted {
      switch scalar {
      case "\r": result.append("\n")
      case "\n": if previous != "\r" { result.append("\n") }
      case "\t": result += Array(repeating: " ", count: 4)
      default: if scalar.properties.generalCategory != .control { result.append(scalar) }
      }
      previous = scalar
    }
    // The newline of a copied line must not run the entry.
    while result.last == "\n" { result.removeLast() }
    return result
  }
}

extension [Unicode.Scalar] {
  fileprivate func ends(with other: [Unicode.Scalar]) -> Bool {
    last == other.last && suffix(other.count).elementsEqual(other)
  }
}
