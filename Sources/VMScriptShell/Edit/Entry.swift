import VMScriptSyntax

/// The entry that the user edits: libedit holds the line with the cursor, this class the others.
///
/// So every key binding for a line affects only that line.
final class Entry {
  /// The text and cursor of an entry.
  struct State: Equatable {
    var text: [Unicode.Scalar] = []
    /// The number of characters before the cursor.
    var cursor = 0
  }

  private let editor: LineEditor
  private(set) var above: [[Unicode.Scalar]] = []
  private(set) var below: [[Unicode.Scalar]] = []

  init(_ editor: LineEditor) { self.editor = editor }

  /// The line with the cursor.
  var line: [Unicode.Scalar] { editor.line }

  /// The number of characters of the line before the cursor.
  var column: Int { editor.cursor }

  /// All lines.
  var lines: [[Unicode.Scalar]] { above + [line] + below }

  /// The whole entry and its cursor.
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

  /// Removes all lines; libedit begins with an empty one.
  func clear() { (above, below) = ([], []) }

  /// Inserts text, which may contain newlines, at the cursor.
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

  /// Replaces the entry, with the cursor at its end or at a position.
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

  /// Deletes characters of the line after the cursor.
  func delete(after count: Int) {
    editor.move(count)
    editor.delete(before: count)
  }

  /// Joins the line to the one above; returns false if there is none.
  func joinAbove() -> Bool {
    guard let upper = above.popLast() else { return false }
    let line = line
    editor.replace(with: upper + line)
    editor.move(to: upper.count)
    return true
  }

  /// Joins the line below to this one; returns false if there is none.
  func joinBelow() -> Bool {
    guard !below.isEmpty else { return false }
    let (line, column) = (line, column)
    editor.replace(with: line + below.removeFirst())
    editor.move(to: column)
    return true
  }

  /// Removes the line; returns false if it is the only one.
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

  /// Moves to the line above, to at most a column; returns false if there is none.
  @discardableResult
  func moveUp(to column: Int) -> Bool {
    guard let upper = above.popLast() else { return false }
    below.insert(line, at: 0)
    editor.replace(with: upper)
    editor.move(to: min(column, upper.count))
    return true
  }

  /// Moves to the line below, to at most a column; returns false if there is none.
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

/// The brackets that are open at the end of a text.
struct OpenBrackets {
  /// The line of each bracket, the innermost last.
  private var lines: [Int] = []

  init(in text: String) {
    let bytes = Array(text.utf8)
    var line = 0
    for piece in Piece.all(in: bytes) {
      if piece.beginsLine { line += 1 }
      guard piece.kind == .bracket else { continue }
      switch bytes[piece.range.upperBound - 1] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): lines.append(line)
      default: _ = lines.popLast()
      }
    }
  }

  /// The indentation of the next line in steps, as in the formatter: one for each line with open
  /// brackets.
  var depth: Int { Set(lines).count }

  /// The indentation of a line that begins with closing brackets, in steps: that of the line with
  /// the last one's opening bracket.
  func depth(closing count: Int) -> Int {
    guard count > 0 else { return depth }
    let open = lines.dropLast(count)
    let counterpart = lines.dropFirst(open.count).first
    return Set(open).subtracting(counterpart.map { [$0] } ?? []).count
  }
}

/// The states of an entry before each change; consecutive typing counts as one change.
struct UndoHistory {
  private var earlier: [Entry.State] = []
  private var later: [Entry.State] = []
  private(set) var present = Entry.State()
  private var wasTyping = false

  /// Records the current state of the entry.
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

  /// Returns the entry before the last change; nil if there was none.
  mutating func undo() -> Entry.State? {
    guard let state = earlier.popLast() else { return nil }
    later.append(present)
    (present, wasTyping) = (state, false)
    return state
  }

  /// Returns the entry before the last undo; nil if there was none.
  mutating func redo() -> Entry.State? {
    guard let state = later.popLast() else { return nil }
    earlier.append(present)
    (present, wasTyping) = (state, false)
    return state
  }
}

/// Grapheme clusters: user-perceived characters of several scalars, such as a letter with its
/// accent or a combined emoji.
enum Clusters {
  /// The start of the cluster that ends at or contains a position; 0 at the start.
  static func start(before place: Int, in line: [Unicode.Scalar]) -> Int {
    var start = 0
    for next in boundaries(of: line) where next < place { start = next }
    return start
  }

  /// The end of the cluster that starts at or contains a position.
  static func end(after place: Int, in line: [Unicode.Scalar]) -> Int {
    boundaries(of: line).first { $0 > place } ?? line.count
  }

  /// Whether a position is inside a cluster.
  static func isWithin(_ place: Int, of line: [Unicode.Scalar]) -> Bool {
    guard line.indices.contains(place), !isPlain(line) else { return false }
    return !boundaries(of: line).contains(place)
  }

  /// The starts of clusters, and the end of the line.
  private static func boundaries(of line: [Unicode.Scalar]) -> [Int] {
    if isPlain(line) { return Array(0...line.count) }
    var boundaries = [0]
    for character in Entry.string(line) {
      boundaries.append(boundaries[boundaries.count - 1] + character.unicodeScalars.count)
    }
    return boundaries
  }

  /// Whether each scalar is its own cluster: all are below the first combining mark.
  private static func isPlain(_ line: [Unicode.Scalar]) -> Bool {
    line.allSatisfy { $0.value < 0x300 && $0 != "\r" }
  }
}
