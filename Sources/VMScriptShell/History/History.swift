/// The entries of this shell and of those before it, each once, the latest last.
struct History {
  private(set) var entries: [String]
  /// Where one stands while walking through them; nil at the entry that is being typed.
  private var position: Int?
  private var draft = ""

  init(_ entries: [String]) { self.entries = entries }

  /// Adds an entry at the end; the same one earlier goes.
  mutating func add(_ entry: String) {
    leave()
    entries.removeAll { $0 == entry }
    entries.append(entry)
  }

  /// Ends walking.
  mutating func leave() { position = nil }

  /// The entry before, of those that begin with what was typed; nil if there is none.
  mutating func earlier(than typed: String) -> String? {
    if position == nil { draft = typed }
    let limit = position ?? entries.count
    guard let found = entries[..<limit].lastIndex(where: { isMatch($0, typed) }) else { return nil }
    position = found
    return entries[found]
  }

  /// The entry after, and at last what was typed; nil if one does not walk.
  mutating func later(than typed: String) -> String? {
    guard let position else { return nil }
    if let found = entries[(position + 1)...].firstIndex(where: { isMatch($0, typed) }) {
      self.position = found
      return entries[found]
    }
    self.position = nil
    return draft
  }

  private func isMatch(_ entry: String, _ typed: String) -> Bool {
    entry.hasPrefix(draft) && entry != typed
  }

  /// The latest entry that begins with what was typed and goes on.
  func suggestion(for typed: String) -> String? {
    guard !typed.isEmpty else { return nil }
    return entries.last { $0.count > typed.count && $0.hasPrefix(typed) }
      .map { String($0.dropFirst(typed.count)) }
  }

  /// The latest entry before a position that holds a text, and where it stands.
  func search(_ text: String, before limit: Int? = nil) -> (position: Int, entry: String)? {
    guard !text.isEmpty else { return nil }
    return entries[..<min(limit ?? entries.count, entries.count)].lastIndex { $0.contains(text) }
      .map { ($0, entries[$0]) }
  }
}
