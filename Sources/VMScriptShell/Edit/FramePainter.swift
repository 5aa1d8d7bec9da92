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
