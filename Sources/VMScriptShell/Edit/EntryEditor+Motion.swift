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
