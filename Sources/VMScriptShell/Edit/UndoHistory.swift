/// What an entry was before each of its changes; what is typed in one go is one change.
struct UndoHistory {
  private var earlier: [Entry.State] = []
  private var later: [Entry.State] = []
  private(set) var present = Entry.State()
  private var wasTyping = false

  /// Takes in what the entry has become.
  mutating func note(_ state: Entry.State) {
    guard state.text != present.text else {
      if state.cursor != present.cursor { wasTyping = false }
      present = state
      return
    }
    let typed = state.text.count == present.text.count + 1 && state.cursor == present.cursor + 1
    let character = typed ? state.text[present.cursor] : "\n"
    if !(wasTyping && !character.properties.isWhitespace) { earlier.append(present) }
    wasTyping = character != "\n"
    later = []
    present = state
  }

  /// The entry before the last change; nil if there was none.
  mutating func undo() -> Entry.State? {
    guard let state = earlier.popLast() else { return nil }
    later.append(present)
    (present, wasTyping) = (state, false)
    return state
  }

  /// The entry as it was before it was undone.
  mutating func redo() -> Entry.State? {
    guard let state = later.popLast() else { return nil }
    earlier.append(present)
    (present, wasTyping) = (state, false)
    return state
  }
}
