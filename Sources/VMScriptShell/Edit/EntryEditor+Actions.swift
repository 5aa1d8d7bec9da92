import VMScriptSyntax
import VMScriptTerminal

// Keys that move through the lines of an entry, through history, and delete.
extension EntryEditor {
  func up() {
    // The first line stands behind the prompt: one goes straight up all the same.
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

  /// In vi's command mode the cursor stands on a character, not behind the last one.
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

  /// Deletes a character, a step of indentation, or the line's start.
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

  /// Cuts to the end of the line; at its end, ties the next one to it.
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

  /// In vi's command mode one goes on by inserting.
  func viEnter() -> EditStep {
    if !Self.isWhole(entry.text) { entry.move(to: entry.line.count) }
    let step = enter()
    if step == .goOn { injected = ["i"] }
    return step
  }

  /// Opens a line at the cursor, indented as deep as its brackets are.
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

  /// Opens a line below or above this one, and goes on by inserting.
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

  /// Types a closing bracket; at the start of a line it stands where its opening line does.
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

  /// How many closing brackets a text begins with.
  private static func closingBrackets(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    text.prefix { ")]}".unicodeScalars.contains($0) }.count
  }

  private static func indentation(_ depth: Int) -> [Unicode.Scalar] {
    Array(repeating: " ", count: 2 * depth)
  }

  /// Whether an entry can be run.
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

  /// Two blank lines run what is not complete, so that one sees what it lacks.
  private static func endsWithBlankLines(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 2 && lines.suffix(2).allSatisfy(isBlank)
  }
}

extension EntryEditor {
  /// Searches the history backwards while one types.
  ///
  /// Enter and Tab take what was found, to be edited or run; so does a key of motion, which then
  /// moves. Escape, Ctrl-G and Ctrl-C leave the entry as it was.
  func search() {
    let (before, usual) = (entry.state, prompt)
    var match: (position: Int, entry: String)?
    var sought = ""
    func look(before limit: Int) {
      let next = history.search(sought, before: limit)
      match = next ?? match
      prompt = next == nil && !sought.isEmpty ? "no `\(sought)`: " : "search `\(sought)`: "
      show(match?.entry, sought, else: before)
    }
    func giveUp() { entry.replace(with: before.text, cursor: before.cursor) }
    defer { (prompt, found) = (usual, 0..<0) }
    look(before: .max)
    while true {
      let key = nextKey()
      guard case .character(let scalar) = key else {
        keys.putBack([key])
        return giveUp()
      }
      switch scalar {
      case "\u{12}":
        if sought.isEmpty { sought = lastSought }
        look(before: match?.position ?? .max)
      case "\u{7F}", "\u{8}":
        sought = String(sought.dropLast())
        match = nil
        look(before: .max)
      case "\u{7}", "\u{3}": return giveUp()
      case "\u{1B}":
        guard let sequence = keys.sequence() else { return giveUp() }
        keys.putBack(([scalar] + sequence).map { .character($0) })
        return take(sought)
      case "\r", "\n", "\t": return take(sought)
      case let other where other.properties.generalCategory == .control:
        keys.putBack([key])
        return take(sought)
      default:
        sought.unicodeScalars.append(scalar)
        // What was found may go on as what is sought now does.
        look(before: match.map { $0.position + 1 } ?? .max)
      }
    }
  }

  /// Shows what was found, the cursor where the sought text stands.
  private func show(_ match: String?, _ sought: String, else before: Entry.State) {
    found = 0..<0
    guard let match else {
      return entry.replace(with: before.text, cursor: before.cursor)
    }
    guard let range = match.range(of: sought) else {
      return entry.replace(with: Array(match.unicodeScalars))
    }
    let start = match.unicodeScalars.distance(
      from: match.startIndex, to: range.lowerBound)
    found = start..<start + match[range].unicodeScalars.count
    entry.replace(with: Array(match.unicodeScalars), cursor: start)
  }

  private func take(_ sought: String) {
    lastSought = sought
    entry.replace(with: entry.state.text)
  }
}

extension EntryEditor {
  /// Has the terminal say what is pasted, and not only while an entry is edited: what is pasted
  /// while work goes on waits for the next one.
  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"

  /// What a terminal writes before and after pasted text.
  private static let pasteStart = Array("\u{1B}[200~".unicodeScalars)
  private static let pasteEnd = Array("\u{1B}[201~".unicodeScalars)

  /// Takes what is pasted as text: no key in it means anything, and no line of it is run.
  func paste() {
    var pasted = upToPasteEnd()
    // A terminal may let the text itself hold what ends it: only the last end is the true one.
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

  /// What else comes at once, if it has an end of pasted text too, but no start; else it is put back.
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

  /// Line ends as they are here, tabs as spaces, other control characters left out.
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
    // A copied line brings its end along, which runs nothing.
    while result.last == "\n" { result.removeLast() }
    return result
  }
}

extension [Unicode.Scalar] {
  fileprivate func ends(with other: [Unicode.Scalar]) -> Bool {
    last == other.last && suffix(other.count).elementsEqual(other)
  }
}
