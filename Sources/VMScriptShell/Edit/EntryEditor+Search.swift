extension EntryEditor {
  /// Searches the history backwards while one types; Enter or a key of motion takes what was found,
  /// Ctrl-G and Escape leave the entry as it was.
  func search() -> EditStep {
    let (typed, usual) = (text, prompt)
    var sought = ""
    var found: (position: Int, entry: String)?
    func look(before limit: Int? = nil) {
      if let next = history.search(sought, before: limit) { found = next }
      prompt = "search `\(sought)`: "
      redraw { editor.replace(with: (found?.entry ?? typed).unicodeScalars) }
    }
    func leave(with entry: String) -> EditStep {
      prompt = usual
      redraw { editor.replace(with: entry.unicodeScalars) }
      return .nothing
    }
    look()
    while true {
      guard case .character(let scalar) = keys.next() else { return leave(with: typed) }
      switch scalar {
      case "\u{12}": look(before: found?.position)
      case "\u{7F}", "\u{8}":
        sought = String(sought.dropLast())
        found = nil
        look()
      case "\u{7}", "\u{1B}": return leave(with: typed)
      case "\r", "\n", "\t": return leave(with: found?.entry ?? typed)
      default:
        guard scalar.properties.generalCategory != .control else {
          return leave(with: found?.entry ?? typed)
        }
        sought.unicodeScalars.append(scalar)
        look()
      }
    }
  }
}
