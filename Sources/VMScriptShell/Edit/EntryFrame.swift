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
