/// Cuts a text into tokens in one pass over its bytes.
///
/// Nothing is copied: a token is a kind and a place. The lexer never fails; what it cannot read
/// becomes an error and, where that helps the parser, a token of kind `invalid`.
struct Lexer {
  let bytes: [UInt8]
  var offset = 0
  var tokens: [Token] = []
  var comments: [Comment] = []
  var errors: [LexicalError] = []
  /// Flags that the next token takes.
  var pendingFlags: TokenFlags = []
  /// The strings in whose interpolations the lexer stands, innermost last.
  var openStrings: [OpenString] = []

  /// A string that waits for the end of its interpolation.
  struct OpenString {
    var start: Int
    var isMultiline: Bool
    var interpolationStart: Int
    /// Parentheses open inside the interpolation.
    var parentheses = 0
  }

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// All tokens of `bytes`, the last one being `endOfFile`.
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

  /// Appends the token that reaches from `start` to the current offset.
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

  /// The byte `distance` ahead, or zero past the end.
  func peek(_ distance: Int = 0) -> UInt8 {
    let position = offset + distance
    return position < bytes.count ? bytes[position] : 0
  }

  private mutating func scanNewline() {
    // A string on one line ends with its line, and so does an interpolation in it.
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

  /// The rest of an identifier that holds letters beyond ASCII.
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
    // Bytes that are not UTF-8 and bidirectional controls have been reported; they part tokens.
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
