/// The unit of positions: UTF-16 code units, unless the editor supports bytes.
enum PositionEncoding: String {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
}

/// The starts of the lines of a text, to convert between byte offsets and positions.
///
/// A line ends with LF, CRLF or CR, as in the protocol.
struct LineTable {
  private let bytes: [UInt8]
  private let starts: [Int]
  let encoding: PositionEncoding

  /// Linear in the length of the text.
  init(_ bytes: [UInt8], _ encoding: PositionEncoding) {
    self.bytes = bytes
    self.encoding = encoding
    var starts = [0]
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\r"), offset < bytes.count, bytes[offset] == UInt8(ascii: "\n") {
        offset += 1
      } else if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
        continue
      }
      starts.append(offset)
    }
    self.starts = starts
  }

  /// The number of lines.
  var count: Int { starts.count }

  /// The line that contains an offset.
  func line(of offset: Int) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// The position of a byte offset; an offset past the end counts as the end.
  func position(of offset: Int) -> Position {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(of: offset)
    let units = bytes[starts[line]..<offset].reduce(0) { $0 + width($1) }
    return Position(line: line, character: units)
  }

  /// The byte offset of a position. A position past the end of its line becomes that end, one past
  /// the last line the end of the text, and one inside a character its start.
  func offset(of position: Position) -> Int {
    guard position.line >= 0 else { return 0 }
    guard position.line < starts.count else { return bytes.count }
    let end = endOfLine(position.line)
    var offset = starts[position.line]
    var units = 0
    while offset < end {
      var next = offset + 1
      while next < end, bytes[next] & 0xC0 == 0x80 { next += 1 }
      units += bytes[offset..<next].reduce(0) { $0 + width($1) }
      if units > position.character { break }
      offset = next
    }
    return offset
  }

  /// The start of a line; the end of the text for a line past the last.
  func startOfLine(_ line: Int) -> Int { line < starts.count ? starts[line] : bytes.count }

  /// The end of a line, without its terminator.
  func endOfLine(_ line: Int) -> Int {
    guard line + 1 < starts.count else { return bytes.count }
    var end = starts[line + 1]
    let floor = starts[line]
    if end > floor, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    if end > floor, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }

  func range(_ range: Range<Int>) -> TextRange {
    TextRange(start: position(of: range.lowerBound), end: position(of: range.upperBound))
  }

  /// The number of code units that a byte adds.
  private func width(_ byte: UInt8) -> Int {
    switch encoding {
    case .utf8: 1
    case .utf16: byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1
    }
  }
}

/// Edits of whole lines that turn one text into another.
enum LineEdits {
  struct Edit: Equatable {
    var range: Range<Int>
    var replacement: [UInt8]
  }

  /// One edit of the lines between the common first and last lines.
  static func between(_ old: [UInt8], _ new: [UInt8]) -> [Edit] {
    let (before, after) = (lines(old), lines(new))
    let shared = min(before.count, after.count)
    var head = 0
    while head < shared, before[head] == after[head] { head += 1 }
    var tail = 0
    while tail < shared - head,
      before[before.count - 1 - tail] == after[after.count - 1 - tail]
    {
      tail += 1
    }
    let changed = before[head..<before.count - tail]
    let replacement = after[head..<after.count - tail].flatMap(\.self)
    guard !changed.isEmpty || !replacement.isEmpty else { return [] }
    let start = before[..<head].reduce(0) { $0 + $1.count }
    let length = changed.reduce(0) { $0 + $1.count }
    return [Edit(range: start..<start + length, replacement: replacement)]
  }

  /// Small edits, each of lines without a counterpart or with one that differs only in white space.
  /// Each can be made without the others.
  static func aligned(_ old: [UInt8], _ new: [UInt8]) -> [Edit] {
    let (before, after) = (lines(old), lines(new))
    let changes = after.map(words).difference(from: before.map(words))
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in changes {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var edits: [Edit] = []
    var (line, newLine, offset) = (0, 0, 0)
    while line < before.count || newLine < after.count {
      let (start, newStart) = (line, newLine)
      while removed.contains(line) { line += 1 }
      while inserted.contains(newLine) { newLine += 1 }
      if line == start, newLine == newStart {
        // Both exist: a line in neither set has a counterpart.
        guard line < before.count, newLine < after.count else { break }
        (line, newLine) = (line + 1, newLine + 1)
      }
      let length = before[start..<line].reduce(0) { $0 + $1.count }
      let replacement = after[newStart..<newLine].flatMap(\.self)
      if !before[start..<line].flatMap(\.self).elementsEqual(replacement) {
        edits.append(Edit(range: offset..<offset + length, replacement: replacement))
      }
      offset += length
    }
    return edits
  }

  /// A line without its white space.
  private static func words(_ line: ArraySlice<UInt8>) -> [UInt8] {
    line.filter { !" \t\r\n".utf8.contains($0) }
  }

  /// The lines of a text, each with its terminator.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      lines.append(bytes[start...offset])
      start = offset + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }
}
