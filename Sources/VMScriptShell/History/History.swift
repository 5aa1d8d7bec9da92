/// The entries of this shell and of those before it, each once, the latest last.
struct History {
  private(set) var entries: [String]
  private let file: HistoryFile?
  /// Where one stands while walking through them; nil at the entry that is being typed.
  private var position: Int?
  private var draft = ""

  /// A history that is kept in a file as well, and begins with what stands there.
  init(_ file: HistoryFile?) {
    self.file = file
    entries = file?.read() ?? []
  }

  /// A history of these entries, which is not kept.
  init(_ entries: [String]) {
    (self.entries, file) = (entries, nil)
  }

  /// Adds an entry at the end; the same one earlier goes.
  ///
  /// - Throws: why the file does not keep it; the shell does.
  mutating func add(_ entry: String) throws(HistoryError) {
    leave()
    entries.removeAll { $0 == entry }
    entries.append(entry)
    if entries.count > HistoryFile.limit { entries.removeFirst() }
    try file?.append(entry)
  }

  // MARK: Walking

  /// Ends walking.
  mutating func leave() { position = nil }

  /// The entry before, of those that begin with what was typed; nil if there is none.
  mutating func earlier(than typed: String) -> String? {
    begin(typed)
    let limit = position ?? entries.count
    guard let found = entries[..<limit].lastIndex(where: { isMatch($0, typed) }) else { return nil }
    position = found
    return entries[found]
  }

  /// The entry after, and at last what was typed; nil if one does not walk.
  mutating func later(than typed: String) -> String? {
    begin(typed)
    guard let position else { return nil }
    if let found = entries[(position + 1)...].firstIndex(where: { isMatch($0, typed) }) {
      self.position = found
      return entries[found]
    }
    self.position = nil
    return draft
  }

  /// What was changed since one came to it is what one types now.
  private mutating func begin(_ typed: String) {
    if let position, entries[position] == typed { return }
    (position, draft) = (nil, typed)
  }

  private func isMatch(_ entry: String, _ typed: String) -> Bool {
    entry.hasPrefix(draft) && entry != typed
  }

  // MARK: Looking up

  /// What the latest entry that begins with what was typed goes on with.
  func suggestion(for typed: String) -> String? {
    guard !typed.isEmpty else { return nil }
    // By bytes: an accent may be yet to come behind a letter.
    let length = typed.utf8.count
    return entries.last { $0.utf8.count > length && $0.utf8.starts(with: typed.utf8) }
      .map { String(decoding: $0.utf8.dropFirst(length), as: UTF8.self) }
  }

  /// The latest entry before a position that holds a text, and where it stands.
  func search(_ text: String, before limit: Int) -> (position: Int, entry: String)? {
    guard !text.isEmpty else { return nil }
    return entries[..<min(limit, entries.count)].lastIndex { $0.contains(text) }
      .map { ($0, entries[$0]) }
  }
}
