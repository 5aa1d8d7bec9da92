extension Lexer {
  /// Brackets, separators and operators, the longest that fits.
  mutating func scanPunctuation(_ byte: UInt8) {
    let start = offset
    switch byte {
    case UInt8(ascii: "("):
      if !openStrings.isEmpty { openStrings[openStrings.count - 1].parentheses += 1 }
      take(1, .leftParenthesis)
    case UInt8(ascii: ")"):
      scanRightParenthesis()
    case UInt8(ascii: "["): take(1, .leftBracket)
    case UInt8(ascii: "]"): take(1, .rightBracket)
    case UInt8(ascii: "{"): take(1, .leftBrace)
    case UInt8(ascii: "}"): take(1, .rightBrace)
    case UInt8(ascii: ","): take(1, .comma)
    case UInt8(ascii: ";"): take(1, .semicolon)
    case UInt8(ascii: ":"): take(1, .colon)
    case UInt8(ascii: "+"): take(1, .plus)
    case UInt8(ascii: "-"): take(1, .minus)
    case UInt8(ascii: "*"): take(1, .star)
    case UInt8(ascii: "/"): take(1, .slash)
    case UInt8(ascii: "%"): take(1, .percent)
    case UInt8(ascii: "."):
      if peek(1) == Byte.dot, peek(2) == Byte.dot {
        take(3, .ellipsis)
      } else if peek(1) == Byte.dot, peek(2) == UInt8(ascii: "<") {
        take(3, .halfOpen)
      } else {
        take(1, .dot)
      }
    case UInt8(ascii: "="):
      if peek(1) == UInt8(ascii: "=") {
        take(2, .equal)
      } else if peek(1) == UInt8(ascii: ">") {
        take(2, .arrow)
      } else {
        take(1, .equals)
      }
    case UInt8(ascii: "!"): takePair(with: "=", .notEqual, else: .not)
    case UInt8(ascii: "<"): takePair(with: "=", .lessOrEqual, else: .less)
    case UInt8(ascii: ">"): takePair(with: "=", .greaterOrEqual, else: .greater)
    case UInt8(ascii: "?"): takePair(with: "?", .coalesce, else: .question)
    case UInt8(ascii: "&") where peek(1) == byte: take(2, .and)
    case UInt8(ascii: "|") where peek(1) == byte: take(2, .or)
    default:
      offset += 1
      // Control characters have been reported with the encoding; they part tokens.
      guard byte >= 0x20, byte != Byte.delete else {
        pendingFlags.insert(.spaceBefore)
        return
      }
      report(.unknownCharacter(Unicode.Scalar(byte)), start..<offset)
      emit(.invalid, from: start)
    }
  }

  private mutating func take(_ length: Int, _ kind: TokenKind) {
    let start = offset
    offset += length
    emit(kind, from: start)
  }

  private mutating func takePair(
    with second: Unicode.Scalar, _ pair: TokenKind, else single: TokenKind
  ) {
    if peek(1) == UInt8(ascii: second) { take(2, pair) } else { take(1, single) }
  }

  /// A `)` that ends an interpolation leads back into its string.
  private mutating func scanRightParenthesis() {
    guard let open = openStrings.last else { return take(1, .rightParenthesis) }
    if open.parentheses > 0 {
      openStrings[openStrings.count - 1].parentheses -= 1
      take(1, .rightParenthesis)
    } else {
      openStrings.removeLast()
      take(1, .interpolationClose)
      scanStringRest(start: open.start, isMultiline: open.isMultiline, isOpen: true)
    }
  }
}
