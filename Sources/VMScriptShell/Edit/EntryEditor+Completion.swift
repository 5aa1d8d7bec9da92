import VMScript
import VMScriptTerminal

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
