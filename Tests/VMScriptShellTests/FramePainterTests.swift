import Testing

@testable import VMScriptShell

/// The bytes that draw a frame on the terminal.
@Suite struct FramePainterTests {
  private func frame(_ text: String, cursor: Int? = nil, columns: Int = 10) -> EntryFrame {
    var builder = EntryFrameBuilder(columns: columns)
    for (position, character) in text.enumerated() {
      if position == cursor { builder.placeCursor() }
      builder.add(character, style: "")
    }
    if cursor ?? text.count >= text.count { builder.placeCursor() }
    return builder.frame
  }

  private func written(_ text: String) -> String {
    text.replacing("\u{1B}[?25l", with: "").replacing("\u{1B}[?25h", with: "")
      .replacing("\u{1B}", with: "^")
  }

  @Test func onlyRowsThatDifferAreWritten() {
    var painter = FramePainter()
    #expect(written(painter.paint(frame("a\nb"), columns: 10)) == "\ra\r\r\nb\r^[1C")
    #expect(painter.paint(frame("a\nb"), columns: 10).isEmpty)
    #expect(written(painter.paint(frame("a\nbc"), columns: 10)) == "\rbc\r^[2C")
    #expect(written(painter.paint(frame("a\nb"), columns: 10)) == "\r^[2Kb\r^[1C")
    #expect(written(painter.paint(frame("a"), columns: 10)) == "\r^[J\r^[1A^[1C")
  }

  @Test func rowsThatTheTerminalHasBrokenAreErased() {
    var painter = FramePainter()
    _ = painter.paint(frame("abcdefgh\nij"), columns: 10)
    #expect(written(painter.paint(frame("ab"), columns: 4)) == "^[2A\r^[J\rab\r^[2C")
  }

  @Test func theCursorFollowsTheTextBeforeIt() {
    var painter = FramePainter()
    #expect(written(painter.paint(frame("漢"), columns: 10)) == "\r漢\r漢")
  }

  @Test func aFrameReplacesAnyEarlierScreen() {
    var numbers = SystemRandomNumberGenerator()
    var painter = FramePainter()
    var model = ScreenModel(columns: 10, rows: 6)
    var first = 0
    for _ in 0..<2_000 {
      let length = Int.random(in: 0..<40, using: &numbers)
      let text = String((0..<length).map { _ in "ab cd\nef gh".randomElement() ?? "x" })
      let cursor = Int.random(in: 0...length, using: &numbers)
      let frame = frame(text, cursor: cursor).clipped(to: 6, near: &first)
      model.write(painter.paint(frame, columns: 10))
      let expected = frame.rows.map { $0.text.trimmedAtEnd }
      let top = model.row - frame.cursor.row
      let seen = Array(model.text[max(0, top)...])
      let below = seen.count - expected.count
      #expect(seen == expected + Array(repeating: "", count: max(0, below)))
      #expect(model.column == frame.cursor.column)
    }
  }
}

/// As much of a terminal as the painter makes use of.
private struct ScreenModel {
  private var cells: [[Character]]
  private let columns: Int
  private(set) var row = 0
  private(set) var column = 0

  init(columns: Int, rows: Int) {
    self.columns = columns
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// The rows without the spaces at their ends.
  var text: [String] { cells.map { String($0).trimmedAtEnd } }

  mutating func write(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": endRow()
      case "\u{1B}":
        rest.removeFirst()
        let number = rest.prefix { !("@"..."~").contains($0) }
        rest.removeFirst(number.count)
        if let final = rest.popFirst() { control(final, Int(String(number)) ?? 0) }
      default:
        cells[row][column] = Character(scalar)
        column += 1
      }
    }
  }

  private mutating func endRow() {
    row += 1
    guard row == cells.count else { return }
    cells.removeFirst()
    cells.append(Array(repeating: " ", count: columns))
    row -= 1
  }

  private mutating func control(_ final: Unicode.Scalar, _ number: Int) {
    let blank: [Character] = Array(repeating: " ", count: columns)
    switch final {
    case "A": row = max(0, row - number)
    case "B": row = min(cells.count - 1, row + number)
    case "C": column += number
    case "K": cells[row] = blank
    case "J": for row in row..<cells.count { cells[row] = blank }
    default: break
    }
  }
}

extension String {
  fileprivate var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
