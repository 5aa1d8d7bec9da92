import VMScriptSyntax
import VMScriptTerminal

/// An entry as rows of a terminal: prompt, lines, and candidates below them.
///
/// Each row ends explicitly, never at the edge of the terminal, so a terminal that becomes wider
/// joins no rows.
struct EntryFrame: Equatable {
  /// A row: its characters with their colours, and the width of each.
  struct Row: Equatable {
    var text = ""
    var widths: [Int] = []
    /// Whether each character takes one column, so that the cursor can move by number.
    var isPlain = true

    var columns: Int { widths.reduce(0, +) }

    /// The number of rows that it takes on a narrower terminal.
    func count(columns: Int) -> Int { place(of: widths.count - 1, columns: columns) + 1 }

    /// The index of the row with the character at a position.
    func place(of position: Int, columns: Int) -> Int {
      var (row, column) = (0, 0)
      for width in widths.prefix(position + 1) {
        if column + width > columns { (row, column) = (row + 1, 0) }
        column += width
      }
      return row
    }
  }

  /// The position of the cursor.
  struct Cursor: Equatable {
    var row = 0
    /// The number of characters before it in its row.
    var position = 0
    /// The width of those characters.
    var column = 0
    /// Those characters, with their colours.
    var lead = ""
  }

  var rows: [Row]
  var cursor: Cursor

  /// The part with the cursor that fits into a number of rows, starting as close to `first` as
  /// possible.
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

/// Lays out text in rows of a width.
struct EntryFrameBuilder {
  private var rows: [EntryFrame.Row] = [.init()]
  private var cursor = EntryFrame.Cursor()
  private var style = ""
  private var column = 0
  private let columns: Int

  init(columns: Int) { self.columns = max(2, columns) }

  /// The result.
  var frame: EntryFrame {
    mutating get {
      set(style: "")
      return EntryFrame(rows: rows, cursor: cursor)
    }
  }

  /// The number of rows so far.
  var rowCount: Int { rows.count }

  /// The free columns of the last row.
  var room: Int { columns - column }

  /// Adds text in a style: the codes between `ESC[` and `m`.
  mutating func add(_ text: String, style: String = "") {
    for character in text { add(character, style: style) }
  }

  /// Adds a character; a newline, or a character that does not fit, begins a row.
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

  /// Places the cursor here, or at the start of the next row if this one is full.
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

/// Draws frames on the terminal, and writes only what differs from the previous one.
struct FramePainter {
  private var shown: EntryFrame?
  private var columns = 0

  /// The text that draws a frame over the last one, or from the row of the cursor.
  mutating func paint(_ frame: EntryFrame, columns: Int) -> String {
    let erased = columns == self.columns ? "" : erase(columns: columns)
    defer { (shown, self.columns) = (frame, columns) }
    guard frame != shown else { return erased }
    return erased + "\u{1B}[?25l" + changes(to: frame) + "\u{1B}[?25h"
  }

  /// The text that erases the last frame and leaves the cursor at its start.
  ///
  /// A terminal that has become narrower has wrapped its rows.
  mutating func erase(columns: Int) -> String {
    guard let old = shown.take() else { return "" }
    let columns = max(1, columns)
    var above = old.rows.prefix(old.cursor.row).reduce(0) { $0 + $1.count(columns: columns) }
    let row = old.rows[old.cursor.row]
    above += row.place(of: min(old.cursor.position, row.widths.count - 1), columns: columns)
    return Self.move(-above) + "\r\u{1B}[J"
  }

  /// The text that moves the cursor to the row below the last frame, which stays.
  mutating func leave() -> String {
    guard let old = shown.take() else { return "" }
    return "\r" + Self.move(old.rows.count - 1 - old.cursor.row) + "\r\n"
  }

  /// Forgets the last frame.
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
      // Erasing only the rest would leave the old length to a terminal that rewraps rows.
      if before.columns > new.columns { text += "\u{1B}[2K" }
      text += new.text
    }
    if old.count > frame.rows.count {
      go(to: frame.rows.count)
      text += "\u{1B}[J"
    }
    go(to: frame.cursor.row)
    // Terminals disagree about the width of some characters, so the text before the cursor is
    // written again.
    guard frame.rows[row].isPlain else { return text + frame.cursor.lead }
    return frame.cursor.column > 0 ? text + "\u{1B}[\(frame.cursor.column)C" : text
  }

  private static func move(_ rows: Int) -> String {
    rows == 0 ? "" : "\u{1B}[\(abs(rows))\(rows < 0 ? "A" : "B")"
  }
}

/// Syntax highlighting of an entry, by the language's lexer and parser.
enum Highlighting {
  /// The SGR codes of each character.
  static func styles(of line: [Unicode.Scalar]) -> [String] {
    var styles = Array(repeating: "", count: line.count)
    let bytes = Array(Entry.string(line).utf8)
    // The index of each byte's character.
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

  /// The ranges of syntax errors that more text would not fix.
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
