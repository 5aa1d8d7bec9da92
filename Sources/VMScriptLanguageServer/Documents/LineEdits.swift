/// Edits of whole lines that make one text of another.
enum LineEdits {
  struct Edit: Equatable {
    var range: Range<Int>
    var replacement: [UInt8]
  }

  /// One edit of what lies between the lines that both texts begin with and end with.
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

  /// Small edits, each of lines that have no counterpart or one that differs in white space alone. Each
  /// can be made without the others.
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
        // Both are there: what stands in neither set has a counterpart.
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

  /// The lines of a text, each with its end.
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
