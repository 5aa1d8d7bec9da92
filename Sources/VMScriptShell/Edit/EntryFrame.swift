import VMScriptSyntax
import VMScriptTerminal

/// An entry as rows of a terminal: prompt, lines, and what is shown below them.
///
/// Each row ends where the terminal is told that it ends, none by running into its edge: so a
/// terminal that becomes wider ties no rows together.
struct EntryFrame: Equatable {
  /// A row: its characters with their colours, and the columns that each takes up.
  struct Row: Equatable {
    var text = ""
    var widths: [Int] = []
    /// Whether a column is a character, so that a cursor can be moved over them by number.
    var isPlain = true

    var columns: Int { widths.reduce(0, +) }

    /// How many rows it takes up on a terminal that has become narrower.
    func count(columns: Int) -> Int { place(of: widths.count - 1, columns: columns) + 1 }

    /// In which of those rows its character at a place stands.
    func place(of position: Int, columns: Int) -> Int {
      var (row, column) = (0, 0)
      for width in widths.prefix(position + 1) {
        if column + width > columns { (row, column) = (row + 1, 0) }
        column += width
      }
      return row
    }
  }

  /// Where the cursor stands.
  struct Cursor: Equatable {
    var row = 0
    /// The characters of its row before it.
    var position = 0
    /// Their columns.
    var column = 0
    /// Those characters, with their colours.
    var lead = ""
  }

  var rows: [Row]
  var cursor: Cursor

  /// The part that fits into a number of rows: the one with the cursor, beginning as near to `first`
  /// as it can.
  func clipped(to height: Int, near first: inout Int) -> EntryFrame {
    guard rows.count > height else {
      first = 0
      return self
    }
    first = min(max(first, cursor.row - height + 1), cursor.row, rows.count - height)
    var result = self
    result.rows = Array(rows[first..<first + height])
    result.cursor.row -= first
    return result
  }
}

/// Lays out text in rows of so many columns.
struct EntryFrameBuilder {
  private var rows: [EntryFrame.Row] = [.init()]
  private var cursor = EntryFrame.Cursor()
  private var style = ""
  private var column = 0
  private let columns: Int

  init(columns: Int) { self.columns = max(2, columns) }

  /// What has been laid out.
  var frame: EntryFrame {
    mutating get {
      set(style: "")
      return EntryFrame(rows: rows, cursor: cursor)
    }
  }

  /// The rows so far.
  var rowCount: Int { rows.count }

  /// The columns that are left in the last row.
  var room: Int { columns - column }

  /// Adds text in a style, which is what stands between `ESC[` and `m`.
  mutating func add(_ text: String, style: String = "") {
    for character in text { add(character, style: style) }
  }

  /// Adds a character; a line end begins a row, and what does not fit into the row does.
  mutating func add(_ character: Character, style: String) {
    if character == "\n" { return endRow() }
    let shown = TerminalText.escaped(String(character))
    let width = TerminalText.columns(of: shown)
    if width > room, column > 0 { endRow() }
    set(style: style)
    let last = rows.count - 1
    rows[last].text += shown
    rows[last].widths.append(width)
    rows[last].isPlain = rows[last].isPlain && width == 1
    column += width
  }

  /// Begins the next row.
  mutating func endRow() {
    set(style: "")
    rows.append(.init())
    column = 0
  }

  /// The cursor is here; where the row is full, at the start of the next one.
  mutating func placeCursor() {
    if room <= 0 { endRow() }
    let row = rows[rows.count - 1]
    cursor = .init(
      row: rows.count - 1, position: row.widths.count, column: column,
      lead: row.text + (style.isEmpty ? "" : "\u{1B}[0m"))
  }

  private mutating func set(style new: String) {
    guard new != style else { return }
    rows[rows.count - 1].text += "\u{1B}[0\(new.isEmpty ? "" : ";" + new)m"
    style = new
  }
}

/// Brings frames onto the terminal, writing of each what differs from the one before.
struct FramePainter {
  private var shown: EntryFrame?
  private var columns = 0

  /// What draws a frame where the last one stands, or from the row of the cursor on.
  mutating func paint(_ frame: EntryFrame, columns: Int) -> String {
    let erased = columns == self.columns ? "" : erase(columns: columns)
    defer { (shown, self.columns) = (frame, columns) }
    guard frame != shown else { return erased }
    return erased + "\u{1B}[?25l" + changes(to: frame) + "\u{1B}[?25h"
  }

  /// What takes the last frame off the terminal; the cursor is then where the frame began.
  ///
  /// A terminal that has become narrower has broken its rows.
  mutating func erase(columns: Int) -> String {
    guard let old = shown.take() else { return "" }
    let columns = max(1, columns)
    var above = old.rows.prefix(old.cursor.row).reduce(0) { $0 + $1.count(columns: columns) }
    let row = old.rows[old.cursor.row]
    above += row.place(of: min(old.cursor.position, row.widths.count - 1), columns: columns)
    return Self.move(-above) + "\r\u{1B}[J"
  }

  /// What puts the cursor to the start of the row below the last frame, which stays.
  mutating func leave() -> String {
    guard let old = shown.take() else { return "" }
    return "\r" + Self.move(old.rows.count - 1 - old.cursor.row) + "\r\n"
  }

  /// Forgets what is on the terminal.
  mutating func forget() { shown = nil }

  private func changes(to frame: EntryFrame) -> String {
    let old = shown?.rows ?? []
    var row = shown?.cursor.row ?? 0
    var last = max(0, old.count - 1)
    var text = ""
    func go(to target: Int) {
      text += "\r" + Self.move(min(target, last) - row)
      if target > last { text += String(repeating: "\r\n", count: target - last) }
      (row, last) = (target, max(last, target))
    }
    for (position, new) in frame.rows.enumerated() {
      let before = position < old.count ? old[position] : .init()
      if position < old.count, before == new { continue }
      go(to: position)
      // To erase the row's rest would leave it as long as it was to a terminal that breaks rows.
      if before.columns > new.columns { text += "\u{1B}[2K" }
      text += new.text
    }
    if old.count > frame.rows.count {
      go(to: frame.rows.count)
      text += "\u{1B}[J"
    }
    go(to: frame.cursor.row)
    // Where terminals do not agree how wide a character is, what stands before the cursor tells.
    guard frame.rows[row].isPlain else { return text + frame.cursor.lead }
    return frame.cursor.column > 0 ? text + "\u{1B}[\(frame.cursor.column)C" : text
  }

  private static func move(_ rows: Int) -> String {
    rows == 0 ? "" : "\u{1B}[\(abs(rows))\(rows < 0 ? "A" : "B")"
  }
}

/// The colours of an entry, by the language's own lexer and parser.
enum Highlighting {
  /// The SGR codes of each character.
  static func styles(of line: [Unicode.Scalar]) -> [String] {
    var styles = Array(repeating: "", count: line.count)
    let bytes = Array(Entry.string(line).utf8)
    // Where each byte's character stands.
    var positions: [Int] = []
    positions.reserveCapacity(bytes.count + 1)
    for (position, scalar) in line.enumerated() {
      positions += Array(repeating: position, count: UTF8.width(scalar))
    }
    positions.append(line.count)
    func set(_ range: Range<Int>, _ change: (String) -> String) {
      guard let end = positions.indices.contains(range.upperBound) ? range.upperBound : nil else {
        return
      }
      for position in positions[range.lowerBound]..<positions[end] {
        styles[position] = change(styles[position])
      }
    }
    if line.first == ":" {
      let word = line.prefix { $0 != " " }.count
      for position in 0..<word { styles[position] = "35" }
      return styles
    }
    for piece in Piece.all(in: bytes) { set(piece.range) { _ in code(of: piece.kind) } }
    for range in errors(in: bytes) { set(range) { $0.isEmpty ? "4;31" : $0 + ";4" } }
    return styles
  }

  /// Where the parser finds mistakes that more text would not mend.
  private static func errors(in bytes: [UInt8]) -> [Range<Int>] {
    var names = NameTable()
    let source = SourceText(name: "", bytes: bytes)
    let parsed = parse(source, id: SourceID(index: 0), names: &names)
    return parsed.diagnostics.compactMap { diagnostic in
      guard let span = diagnostic.primary?.span, span.length > 0, Int(span.end) <= bytes.count
      else { return nil }
      let range = Int(span.start)..<Int(span.end)
      return parsed.completeness == .incomplete && range.upperBound == bytes.count ? nil : range
    }
  }

  private static func code(of kind: Piece.Kind) -> String {
    switch kind {
    case .keyword: "35"
    case .number: "36"
    case .string: "32"
    case .comment: "2"
    case .invalid: "31"
    case .name, .bracket, .punctuation: ""
    }
  }
}
