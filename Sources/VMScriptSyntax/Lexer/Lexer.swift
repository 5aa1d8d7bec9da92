/// Splits a text into tokens in one pass over its bytes.
///
/// The lexer copies nothing: a token is a kind and a place. It never fails: unreadable bytes become
/// an error and, where that helps the parser, a token of kind `invalid`.
struct Lexer {
  let bytes: [UInt8]
  var offset = 0
  var tokens: [Token] = []
  var comments: [Comment] = []
  var errors: [LexicalError] = []
  /// The flags of the next token.
  var pendingFlags: TokenFlags = []
  /// The strings whose interpolations enclose the current offset, innermost last.
  var openStrings: [OpenString] = []

  /// A string whose interpolation has not ended yet.
  struct OpenString {
    var start: Int
    var isMultiline: Bool
    var interpolationStart: Int
    /// The number of open parentheses inside the interpolation.
    var parentheses = 0
  }

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Returns all tokens of `bytes`; the last one is `endOfFile`.
  static func run(_ bytes: [UInt8]) -> Lexer {
    var lexer = Lexer(bytes)
    lexer.tokens.reserveCapacity(bytes.count / 4 + 8)
    var encodingErrors: [LexicalError] = []
    EncodingCheck.run(bytes) { encodingErrors.append(LexicalError($0, $1)) }
    if bytes.starts(with: EncodingCheck.byteOrderMark) {
      lexer.offset = EncodingCheck.byteOrderMark.count
    }
    lexer.scanAll()
    if !encodingErrors.isEmpty { lexer.errors += encodingErrors }
    lexer.errors.sort { $0.start < $1.start }
    return lexer
  }

  private mutating func scanAll() {
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case Byte.space, Byte.tab, Byte.carriageReturn:
        offset += 1
        pendingFlags.insert(.spaceBefore)
      case Byte.newline:
        scanNewline()
      case Byte.hash:
        scanComment()
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        Byte.underscore:
        scanWord()
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        scanNumber()
      case Byte.quote, Byte.apostrophe:
        scanString()
      case 0x80...0xFF:
        scanNonASCII()
      default:
        scanPunctuation(byte)
      }
    }
    closeOpenStrings(through: 0)
    emit(.endOfFile, from: offset)
  }

  /// Appends the token from `start` to the current offset.
  mutating func emit(_ kind: TokenKind, from start: Int, _ flags: TokenFlags = []) {
    tokens.append(
      Token(
        kind: kind, flags: pendingFlags.union(flags), start: UInt32(start),
        length: UInt32(offset - start)))
    pendingFlags = []
  }

  mutating func report(_ problem: LexicalError.Problem, _ range: Range<Int>) {
    errors.append(LexicalError(problem, range))
  }

  /// Returns the byte `distance` ahead, or zero past the end.
  func peek(_ distance: Int = 0) -> UInt8 {
    let position = offset + distance
    return position < bytes.count ? bytes[position] : 0
  }

  private mutating func scanNewline() {
    // A one-line string ends with its line, and so does an interpolation in it.
    if let open = openStrings.last, !open.isMultiline {
      closeOpenStrings(through: (openStrings.lastIndex(where: \.isMultiline) ?? -1) + 1)
    }
    offset += 1
    pendingFlags.formUnion([.newlineBefore, .spaceBefore])
  }

  private mutating func scanComment() {
    let start = offset
    while offset < bytes.count, bytes[offset] != Byte.newline { offset += 1 }
    var end = offset
    if end > start, bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    comments.append(
      Comment(
        start: UInt32(start), length: UInt32(end - start),
        ownsLine: tokens.isEmpty || pendingFlags.contains(.newlineBefore),
        isDocumentation: start + 1 < end && bytes[start + 1] == Byte.hash,
        position: UInt32(tokens.count)))
    pendingFlags.insert(.spaceBefore)
  }

  private mutating func scanWord() {
    let start = offset
    repeat { offset += 1 } while offset < bytes.count && bytes[offset].isIdentifierByte
    if offset < bytes.count, bytes[offset] >= 0x80 {
      scanIdentifierTail()
      emit(.identifier, from: start)
    } else {
      emit(Keyword.kind(of: bytes, start..<offset), from: start)
    }
  }

  /// Scans the rest of an identifier that contains letters beyond ASCII.
  mutating func scanIdentifierTail() {
    while offset < bytes.count {
      if bytes[offset] < 0x80 {
        guard bytes[offset].isIdentifierByte else { return }
        offset += 1
      } else {
        let (scalar, length) = decodeScalar(bytes, at: offset)
        guard let scalar, scalar.properties.isXIDContinue else { return }
        offset += length
      }
    }
  }

  private mutating func scanNonASCII() {
    let start = offset
    let (scalar, length) = decodeScalar(bytes, at: offset)
    offset += length
    // Invalid UTF-8 and bidirectional controls have been reported; they separate tokens.
    guard let scalar, !EncodingCheck.isBidirectionalControl(scalar), scalar.value >= 0xA0 else {
      pendingFlags.insert(.spaceBefore)
      return
    }
    if scalar.properties.isXIDStart {
      scanIdentifierTail()
      emit(.identifier, from: start)
    } else {
      report(.unknownCharacter(scalar), start..<offset)
      emit(.invalid, from: start)
    }
  }
}

extension Lexer {
  /// Scans a number with the unit that follows it, an IPv4 address, or a subnet.
  mutating func scanNumber() {
    let start = offset
    if bytes[offset] == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") {
      offset += 2
      return scanHexadecimal(start)
    }
    scanDigits()
    var dots = 0
    while peek() == Byte.dot, peek(1).isDigit {
      offset += 1
      dots += 1
      scanDigits()
    }
    switch dots {
    case 0, 1: scanUnit(numberStart: start, else: dots == 0 ? .integer : .float)
    case 3: scanAddressTail(start)
    default: rejectNumber(.malformedAddress, start)
    }
  }

  private mutating func scanDigits() {
    while peek().isDigit || peek() == Byte.underscore { offset += 1 }
  }

  private mutating func scanHexadecimal(_ start: Int) {
    let digits = offset
    while peek().hexDigitValue != nil || peek() == Byte.underscore { offset += 1 }
    guard offset > digits, !peek().isIdentifierByte else {
      return rejectNumber(.malformedNumber, start)
    }
    emit(.integer, from: start)
  }

  private mutating func scanAddressTail(_ start: Int) {
    guard peek() == Byte.slash, peek(1).isDigit else {
      return peek().isLetter
        ? rejectNumber(.malformedAddress, start) : emit(.address, from: start)
    }
    offset += 1
    while peek().isDigit { offset += 1 }
    if peek().isLetter {
      rejectNumber(.malformedAddress, start)
    } else {
      emit(.subnet, from: start)
    }
  }

  /// - Parameter plain: the kind of the number without a unit.
  private mutating func scanUnit(numberStart start: Int, else plain: TokenKind) {
    let unitStart = offset
    scanIdentifierTail()
    if offset == unitStart { return emit(plain, from: start) }
    switch Unit(bytes: bytes[unitStart..<offset]) {
    case .size: emit(.size, from: start)
    case .duration: emit(.duration, from: start)
    case nil:
      report(
        .unknownUnit(String(decoding: bytes[unitStart..<offset], as: UTF8.self)),
        unitStart..<offset)
      emit(.invalid, from: start)
    }
  }

  /// Consumes the whole run of bytes that may have been meant as one number.
  private mutating func rejectNumber(_ problem: LexicalError.Problem, _ start: Int) {
    while peek().isIdentifierByte || peek() == Byte.dot && peek(1).isDigit { offset += 1 }
    report(problem, start..<offset)
    emit(.invalid, from: start)
  }
}

extension Lexer {
  /// Scans brackets, separators and operators; the longest match wins.
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
      // Control characters have been reported by the encoding check; they separate tokens.
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

  /// Scans a `)`; one that ends an interpolation returns to its string.
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
