/// A line as it is shown: tabs become spaces, control characters escapes, and of a long line only
/// what lies around the labels is kept.
struct LineExcerpt {
  private(set) var text = ""
  /// The column at which each byte of the window begins, and the one behind the last.
  private var columns: [Int] = []
  private let window: Range<Int>

  /// A line up to this length is shown whole.
  static let maximumBytes = 160
  private static let bytesBefore = 40
  private static let tabWidth = 4

  init(_ bytes: [UInt8], line: Range<Int>, around marks: [Range<Int>]) {
    var start = line.lowerBound
    var end = line.upperBound
    if line.count > Self.maximumBytes {
      let first = marks.map(\.lowerBound).min() ?? start
      start = max(start, min(first, end) - Self.bytesBefore)
      end = min(end, start + Self.maximumBytes)
      // A window begins and ends at a character.
      while start < end, start > line.lowerBound, bytes[start] & 0xC0 == 0x80 { start += 1 }
      while end > start, end < line.upperBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    }
    window = start..<end
    var column = 0
    if start > line.lowerBound {
      text = "…"
      column = 1
    }
    var offset = start
    while offset < end {
      let (scalar, length) = decodeScalar(bytes, at: offset)
      columns.append(contentsOf: repeatElement(column, count: length))
      column += append(scalar)
      offset += length
    }
    columns.append(column)
    if end < line.upperBound { text += "…" }
    while text.last == " " { text.removeLast() }
  }

  /// Appends a scalar as it is shown; gives the columns it takes.
  private mutating func append(_ scalar: Unicode.Scalar?) -> Int {
    guard let scalar else {
      text += "\u{FFFD}"
      return 1
    }
    if scalar == "\t" {
      text += String(repeating: " ", count: Self.tabWidth)
      return Self.tabWidth
    }
    var shown = ""
    PlainText.append(scalar, to: &shown)
    text += shown
    return shown.unicodeScalars.reduce(0) { $0 + PlainText.width($1) }
  }

  /// What stands under `range`: white space up to it, then at least one mark.
  func underline(_ range: Range<Int>, _ mark: String) -> (indentation: String, marks: String) {
    let start = column(of: range.lowerBound)
    let end = max(column(of: range.upperBound), start + 1)
    return (
      String(repeating: " ", count: start), String(repeating: mark, count: end - start)
    )
  }

  private func column(of offset: Int) -> Int {
    columns[min(max(offset - window.lowerBound, 0), columns.count - 1)]
  }
}
