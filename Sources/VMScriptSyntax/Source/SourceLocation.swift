/// A place as people count: lines and columns from 1, a column being a Unicode scalar.
public struct SourceLocation: Hashable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int
}

extension SourceText {
  /// Line and column of a byte offset, in time proportional to the offset.
  public func location(of offset: UInt32) -> SourceLocation {
    let end = min(Int(offset), bytes.count)
    var line = 1
    var lineStart = 0
    for position in 0..<end where bytes[position] == Byte.newline {
      line += 1
      lineStart = position + 1
    }
    let column = bytes[lineStart..<end].count { $0 & 0xC0 != 0x80 } + 1
    return SourceLocation(line: line, column: column)
  }

  /// The bytes of the line that holds `offset`, without its line end.
  func line(around offset: Int) -> Range<Int> {
    var start = min(offset, bytes.count)
    while start > 0, bytes[start - 1] != Byte.newline { start -= 1 }
    var end = min(offset, bytes.count)
    while end < bytes.count, bytes[end] != Byte.newline { end += 1 }
    if end > start, bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    return start..<end
  }
}
