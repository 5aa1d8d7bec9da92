/// The last lines on a terminal, which are drawn over and over while lines above them stay.
///
/// Each frame is one text to be written at once: lines are overwritten in place and only their
/// rests erased, so nothing flickers.
public struct LiveRegion: Sendable {
  /// The columns that each line of the last frame took up.
  private var drawn: [Int] = []

  /// A region that has drawn nothing yet.
  public init() {}

  /// The next frame: `kept` lines that scroll away upwards, then the `live` ones, which must fit
  /// into `columns`.
  ///
  /// A terminal that became narrower has wrapped what was drawn; the rows are counted anew.
  public mutating func frame(kept: [String], live: [String], columns: Int) -> String {
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
    var result = rows == 0 ? "" : "\u{1B}[\(rows)A\r"
    for line in kept + live { result += line + "\u{1B}[K\n" }
    if rows > 0 { result += "\u{1B}[J" }
    drawn = live.map { TerminalText.columns(of: $0) }
    return result
  }

  /// What takes the live lines off the screen for good, leaving the cursor where they began.
  public mutating func end(columns: Int) -> String {
    frame(kept: [], live: [], columns: columns)
  }
}
