import VMScriptSyntax

/// The brackets that are open at the end of a text.
struct OpenBrackets {
  /// The line of each, the innermost last.
  private var lines: [Int] = []

  init(in text: String) {
    let bytes = Array(text.utf8)
    var line = 0
    for piece in Piece.all(in: bytes) {
      if piece.beginsLine { line += 1 }
      guard piece.kind == .bracket else { continue }
      switch bytes[piece.range.upperBound - 1] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): lines.append(line)
      default: _ = lines.popLast()
      }
    }
  }

  /// How many steps the next line is indented by, as the formatter has it: one for each line that
  /// brackets were opened in.
  var depth: Int { Set(lines).count }

  /// How many steps a line that begins with closing brackets is indented by: as many as the line
  /// with the last one's counterpart.
  func depth(closing count: Int) -> Int {
    guard count > 0 else { return depth }
    let open = lines.dropLast(count)
    let counterpart = lines.dropFirst(open.count).first
    return Set(open).subtracting(counterpart.map { [$0] } ?? []).count
  }
}
