import VMScriptSyntax

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

/// The brackets that are open at the end of a text.
struct OpenBrackets {
  /// The line of each, the innermost last.
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

  /// How many steps the next line is indented by, as the formatter has it: one for each line that
  /// brackets were opened in.
  var depth: Int { Set(lines).count }

  /// How many steps a line that begins with closing brackets is indented by: as many as the line
  /// with the last one's counterpart.
  func depth(closing count: Int) -> Int {
    guard count > 0 else { return depth }
    let open = lines.dropLast(count)
    let counterpart = lines.dropFirst(open.count).first
    return Set(open).subtracting(counterpart.map { [$0] } ?? []).count
  }
}

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

/// What a reader takes for one character may be several of Unicode's: a letter and its accent, an
/// emoji made of several.
enum Clusters {
  /// Where the cluster begins that ends at a place, or that a place is within; 0 at the start.
  static func start(before place: Int, in line: [Unicode.Scalar]) -> Int {
    var start = 0
    for next in boundaries(of: line) where next < place { start = next }
    return start
  }

  /// Where the cluster ends that begins at a place, or that a place is within.
  static func end(after place: Int, in line: [Unicode.Scalar]) -> Int {
    boundaries(of: line).first { $0 > place } ?? line.count
  }

  /// Whether a place is within a cluster.
  static func isWithin(_ place: Int, of line: [Unicode.Scalar]) -> Bool {
    guard line.indices.contains(place), !isPlain(line) else { return false }
    return !boundaries(of: line).contains(place)
  }

  /// Where clusters begin, and the end of the line.
  private static func boundaries(of line: [Unicode.Scalar]) -> [Int] {
    if isPlain(line) { return Array(0...line.count) }
    var boundaries = [0]
    for character in Entry.string(line) {
      boundaries.append(boundaries[boundaries.count - 1] + character.unicodeScalars.count)
    }
    return boundaries
  }

  /// Below the first mark that combines, each character is one of its own.
  private static func isPlain(_ line: [Unicode.Scalar]) -> Bool {
    line.allSatisfy { $0.value < 0x300 && $0 != "\r" }
  }
}
