/// The entry that is being edited: libedit has the line with the cursor, the others wait here.
///
/// So whatever a key does to a line, by whatever habit, it does to that line alone.
final class Entry {
  /// What an entry was at a time.
  struct State: Equatable {
    var text: [Unicode.Scalar] = []
    /// How many characters stand before the cursor.
    var cursor = 0
  }

  private let editor: LineEditor
  private(set) var above: [[Unicode.Scalar]] = []
  private(set) var below: [[Unicode.Scalar]] = []

  init(_ editor: LineEditor) { self.editor = editor }

  /// The line with the cursor.
  var line: [Unicode.Scalar] { editor.line }

  /// How many characters of the line stand before the cursor.
  var column: Int { editor.cursor }

  /// Every line.
  var lines: [[Unicode.Scalar]] { above + [line] + below }

  /// The whole entry, and where its cursor stands.
  var state: State {
    State(
      text: Array(lines.joined(separator: ["\n"])),
      cursor: above.reduce(0) { $0 + $1.count + 1 } + column)
  }

  var text: String { Self.string(state.text) }

  /// The part of the entry before the cursor.
  var textBeforeCursor: String {
    let state = state
    return Self.string(state.text.prefix(state.cursor))
  }

  var isEmpty: Bool { above.isEmpty && below.isEmpty && line.isEmpty }

  var isAtEnd: Bool { below.isEmpty && column == line.count }

  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  // MARK: Changes

  /// Forgets all lines; libedit begins with an empty one.
  func clear() { (above, below) = ([], []) }

  /// Inserts text, which may hold line ends, at the cursor.
  func insert(_ text: some Sequence<Unicode.Scalar>) {
    var lines = Array(text).split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.removeLast()
    guard !lines.isEmpty else { return editor.insert(last) }
    let (line, column) = (line, column)
    lines[0] = line.prefix(column) + lines[0]
    above += lines.map(Array.init)
    editor.replace(with: last + line.dropFirst(column))
    editor.move(to: last.count)
  }

  /// Puts another entry in the place of this one, the cursor at its end or where one says.
  func replace(with text: [Unicode.Scalar], cursor: Int? = nil) {
    clear()
    editor.replace(with: [])
    insert(text)
    guard let cursor else { return }
    var rest = text.count - max(0, cursor)
    while rest > column, !above.isEmpty {
      rest -= column + 1
      moveUp(to: .max)
    }
    editor.move(-rest)
  }

  /// Deletes characters of the line before the cursor.
  func delete(before count: Int) { editor.delete(before: count) }

  /// Deletes characters of the line behind the cursor.
  func delete(after count: Int) {
    editor.move(count)
    editor.delete(before: count)
  }

  /// Ties the line to the one above; false if there is none.
  func joinAbove() -> Bool {
    guard let upper = above.popLast() else { return false }
    let line = line
    editor.replace(with: upper + line)
    editor.move(to: upper.count)
    return true
  }

  /// Ties the line to the one below; false if there is none.
  func joinBelow() -> Bool {
    guard !below.isEmpty else { return false }
    let (line, column) = (line, column)
    editor.replace(with: line + below.removeFirst())
    editor.move(to: column)
    return true
  }

  /// Takes the line out; false if it is the only one.
  func removeLine() -> Bool {
    if !below.isEmpty {
      editor.replace(with: below.removeFirst())
    } else if let upper = above.popLast() {
      editor.replace(with: upper)
    } else {
      return false
    }
    editor.move(to: 0)
    return true
  }

  // MARK: Motion

  /// Moves the cursor within the line.
  func move(to column: Int) { editor.move(to: column) }

  /// Goes to the line above, there behind so many characters at most; false if there is none.
  @discardableResult
  func moveUp(to column: Int) -> Bool {
    guard let upper = above.popLast() else { return false }
    below.insert(line, at: 0)
    editor.replace(with: upper)
    editor.move(to: min(column, upper.count))
    return true
  }

  /// Goes to the line below, there behind so many characters at most; false if there is none.
  @discardableResult
  func moveDown(to column: Int) -> Bool {
    guard !below.isEmpty else { return false }
    above.append(line)
    let lower = below.removeFirst()
    editor.replace(with: lower)
    editor.move(to: min(column, lower.count))
    return true
  }
}
