/// The conditionals of an expression that is being written, for the lines that begin with `?` and `:`.
///
/// The parts of one stand below each other; those of a conditional within it stand deeper.
struct Choices {
  /// For each `?` that waits for its `:`, the indentation of its line if it begins one.
  private var open: [Int?] = []
  /// The indentation of the last `:`, if it began a line.
  private var otherwise: Int?

  /// Whether a `:` would belong to a conditional.
  var areOpen: Bool { !open.isEmpty }

  /// Whether a token belongs to a conditional.
  func takeIn(_ kind: TokenKind) -> Bool {
    kind == .question || kind == .colon && areOpen
  }

  /// Where a line stands that begins with this token; `nil` where any line that goes on would.
  func indentation(of kind: TokenKind) -> Int? {
    switch kind {
    case .question: (open.last ?? otherwise).map { $0 + 2 }
    case .colon: open.last ?? nil
    default: nil
    }
  }

  /// A `?` was written, at the beginning of a line of this indentation or within one.
  mutating func begin(_ line: Int?) { open.append(line) }

  /// A `:` was written; it may be that of a map or an argument.
  mutating func goOn(_ line: Int?) {
    if open.popLast() != nil { otherwise = line }
  }

  /// Another expression begins.
  mutating func end() { otherwise = nil }
}
