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
