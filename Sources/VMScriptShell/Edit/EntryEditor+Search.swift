import VMScriptSyntax

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
