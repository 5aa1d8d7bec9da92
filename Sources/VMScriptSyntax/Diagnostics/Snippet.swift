/// The lines of one source that a diagnostic refers to, with the labels under them.
struct Snippet {
  /// The part of a label on one line.
  private struct Mark {
    var range: Range<Int>
    var text: String
    var isPrimary: Bool
  }

  private let source: SourceText
  private let header: SourceLocation
  /// Marks by line, both in the order of the text.
  private var lines: [(number: Int, range: Range<Int>, marks: [Mark])] = []

  init(source: SourceText, primary: Diagnostic.Label?, secondary: [Diagnostic.Label]) {
    self.source = source
    let first = primary ?? secondary.first
    header = source.location(of: first?.span.start ?? 0)
    var byLine: [Int: (range: Range<Int>, marks: [Mark])] = [:]
    for (label, isPrimary) in secondary.map({ ($0, false) }) + (primary.map { [($0, true)] } ?? [])
    {
      for (number, range, mark) in Self.marks(of: label, isPrimary, source) {
        byLine[number, default: (range, [])].marks.append(mark)
      }
    }
    lines = byLine.sorted { $0.key < $1.key }.map { number, line in
      (number, line.range, line.marks.sorted { $0.range.lowerBound < $1.range.lowerBound })
    }
  }

  /// The number of digits of the highest line number.
  var lineNumberWidth: Int { String(lines.last?.number ?? 1).count }

  /// Returns one mark for a label on one line; for a label on several lines, one on its first and
  /// one on its last line.
  private static func marks(
    of label: Diagnostic.Label, _ isPrimary: Bool, _ source: SourceText
  ) -> [(Int, Range<Int>, Mark)] {
    let start = min(Int(label.span.start), source.bytes.count)
    let end = min(Int(label.span.end), source.bytes.count)
    let firstLine = source.line(around: start)
    let firstNumber = source.location(of: UInt32(start)).line
    let lastLine = source.line(around: max(start, end - 1))
    if lastLine.lowerBound <= firstLine.lowerBound {
      let mark = Mark(
        range: start..<max(start, min(end, max(firstLine.upperBound, start))), text: label.text,
        isPrimary: isPrimary)
      return [(firstNumber, firstLine, mark)]
    }
    let lastNumber = source.location(of: UInt32(end - 1)).line
    let indented = lastLine.first {
      !(source.bytes[$0] == Byte.space || source.bytes[$0] == Byte.tab)
    }
    let lastStart = min(indented ?? lastLine.lowerBound, end)
    return [
      (
        firstNumber, firstLine,
        Mark(
          range: start..<max(start, firstLine.upperBound), text: "from here", isPrimary: isPrimary)
      ),
      (lastNumber, lastLine, Mark(range: lastStart..<end, text: label.text, isPrimary: isPrimary)),
    ]
  }

  func render(margin: Int, _ palette: Palette, _ severity: Severity) -> String {
    let blank = String(repeating: " ", count: margin)
    let name = PlainText.escaped(source.name)
    var text = "\(blank) \(palette.gutter("┌─")) \(name):\(header.line):\(header.column)\n"
    text += "\(blank) \(palette.gutter("│"))\n"
    var previous: Int?
    for (number, range, marks) in lines {
      if let previous, number > previous + 1 { text += "\(blank) \(palette.gutter("·"))\n" }
      previous = number
      let digits = String(number)
      let padding = String(repeating: " ", count: margin - digits.count)
      for group in Self.windows(range, marks) {
        let excerpt = LineExcerpt(source.bytes, line: range, around: group.map(\.range))
        text += palette.gutter("\(padding)\(digits) │") + Self.spaced(excerpt.text) + "\n"
        for mark in group {
          let underline = excerpt.underline(mark.range, mark.isPrimary ? "^" : "-")
          let label = underline.marks + Self.spaced(PlainText.escaped(mark.text))
          text += "\(blank) \(palette.gutter("│")) \(underline.indentation)"
          text += mark.isPrimary ? palette.severity(severity, label) : palette.gutter(label)
          text += "\n"
        }
      }
    }
    return text
  }

  /// Groups the marks of a long line: those that fit beside each other share one excerpt.
  private static func windows(_ line: Range<Int>, _ marks: [Mark]) -> [[Mark]] {
    line.count <= LineExcerpt.maximumBytes ? [marks] : marks.map { [$0] }
  }

  private static func spaced(_ text: String) -> String { text.isEmpty ? "" : " " + text }
}

/// A line as it is shown: tabs become spaces, control characters become escapes. Of a long line
/// only the part around the labels is kept.
struct LineExcerpt {
  private(set) var text = ""
  /// The column at which each byte of the window begins, then the column after the last byte.
  private var columns: [Int] = []
  private let window: Range<Int>

  /// The longest line that is shown whole, in bytes.
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
      // A window begins and ends at a character boundary.
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

  /// Appends a scalar as it is shown and returns the columns it takes.
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

  /// Returns the text under `range`: white space up to it, then at least one mark.
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
