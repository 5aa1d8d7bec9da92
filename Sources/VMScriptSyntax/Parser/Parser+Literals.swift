extension Parser {
  /// Parses the literal of a number token; reports a value that does not fit.
  func numericLiteral(_ token: Token) -> NodeID {
    let kind: NodeKind
    let value: Result<UInt64, NumberProblem>
    switch token.kind {
    case .integer: (kind, value) = (.intLiteral, NumberReader.integer(bytes[token.range]))
    case .float: (kind, value) = (.floatLiteral, NumberReader.float(bytes[token.range]))
    case .size: (kind, value) = (.sizeLiteral, NumberReader.quantity(bytes[token.range]))
    case .duration: (kind, value) = (.durationLiteral, NumberReader.quantity(bytes[token.range]))
    case .address: (kind, value) = (.ipLiteral, NumberReader.address(bytes[token.range]))
    default: (kind, value) = (.cidrLiteral, NumberReader.subnet(bytes[token.range]))
    }
    switch value {
    case .success(let bits):
      tree.literals.append(bits)
    case .failure(let failure):
      tree.literals.append(0)
      if !isPanicking { reportLexical(LexicalError(failure.problem, token.range)) }
    }
    return leaf(kind, token, data: UInt32(tree.literals.count - 1))
  }

  /// Parses the lowest int together with its `-`, because without it the number would be too large.
  /// Returns `nil` if the number here is another one.
  func lowestInteger(_ start: UInt32) -> NodeID? {
    let token = current
    guard at(.integer), !isPanicking,
      case .success(NumberReader.lowest) = NumberReader.integer(
        bytes[token.range], isNegative: true)
    else { return nil }
    advance()
    tree.literals.append(NumberReader.lowest)
    let mark = pending.count
    return finish(.intLiteral, from: start, mark, data: UInt32(tree.literals.count - 1))
  }
}

extension Parser {
  /// Parses a string that is one token.
  func stringLiteral(_ token: Token) -> NodeID {
    let quotes = QuoteForm(bytes, at: Int(token.start))
    let isClosed = !token.flags.contains(.synthetic)
    let start = Int(token.start) + quotes.length
    let end = isClosed ? Int(token.end) - quotes.length : Int(token.end)
    var reader = StringReader(bytes: bytes, quotes: quotes)
    if quotes.isMultiline, isClosed { reader.readIndentation(closingQuotes: end, textStart: start) }
    let text =
      quotes.isMultiline || token.flags.contains(.escapes) && !quotes.isRaw
      ? reader.read(max(start, 0)..<max(start, end), isFirst: true, isLast: true)
      : String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    for error in reader.errors where isClosed { reportLexical(error) }
    tree.strings.append(text)
    return leaf(.stringLiteral, token, data: UInt32(tree.strings.count - 1))
  }

  /// Parses a string with interpolations.
  func interpolation() -> NodeID {
    let open = current
    let mark = pending.count
    var pieces: [(token: Token, place: Int)] = []
    advance()
    while !at(.stringClose), !isPanicking {
      if at(.stringText) {
        // Its text is known only after the closing quotes, whose indentation is stripped from it.
        pieces.append((current, pending.count))
        pending.append(.absent)
        advance()
      } else {
        embeddedExpression()
      }
    }
    readPieces(pieces, from: mark, open: open, close: current)
    if !isPanicking { advance() }
    return finish(.interpolation, from: open.start, mark)
  }

  /// Replaces the pieces of text with literals, now that the whole string is known.
  private func readPieces(
    _ pieces: [(token: Token, place: Int)], from mark: Int, open: Token, close: Token
  ) {
    let quotes = QuoteForm(bytes, at: Int(open.start))
    var reader = StringReader(bytes: bytes, quotes: quotes)
    let textStart = Int(open.start) + quotes.length
    if quotes.isMultiline, !isPanicking, !close.flags.contains(.synthetic) {
      reader.readIndentation(closingQuotes: Int(close.start), textStart: textStart)
    }
    for (token, place) in pieces {
      let text = reader.read(
        token.range, isFirst: Int(token.start) == textStart, isLast: token.end == close.start)
      // A piece may be empty: the line ends next to the quotes are not part of the text.
      if text.isEmpty { continue }
      tree.strings.append(text)
      pending[place] = leaf(.stringLiteral, token, data: UInt32(tree.strings.count - 1))
    }
    pending.replaceSubrange(mark..., with: pending[mark...].filter { !$0.isAbsent })
    for error in reader.errors where !isPanicking { reportLexical(error) }
  }

  private func embeddedExpression() {
    let open = current
    let outer = ignoresNewlines
    ignoresNewlines = true
    advance()
    openBrackets += 1
    pending.append(expression(expecting: "an expression in `\\( )`"))
    if at(.interpolationClose), !isPanicking {
      advance()
      openBrackets -= 1
    } else {
      reportExpected("`)`", opened: open)
    }
    ignoresNewlines = outer
  }
}

/// The form of a string's quotes.
struct QuoteForm {
  /// Whether it is `'…'` or `'''…'''`, without escapes.
  var isRaw: Bool
  var isMultiline: Bool
  /// The length of the quotes on either side, in bytes.
  var length: Int { isMultiline ? 3 : 1 }

  init(_ bytes: [UInt8], at start: Int) {
    let quote = bytes[start]
    isRaw = quote == Byte.apostrophe
    isMultiline = start + 2 < bytes.count && bytes[start + 1] == quote && bytes[start + 2] == quote
  }
}

/// Converts the bytes between the quotes of a string into its text: resolves escapes, strips the
/// indentation of a multi-line string and normalizes line ends to `\n`.
struct StringReader {
  let bytes: [UInt8]
  let quotes: QuoteForm
  var errors: [LexicalError] = []
  /// The indentation of every line of a multi-line string.
  private var indentation: ArraySlice<UInt8> = []

  init(bytes: [UInt8], quotes: QuoteForm) {
    self.bytes = bytes
    self.quotes = quotes
  }

  /// Takes the white space before the closing quotes as the indentation to strip.
  mutating func readIndentation(closingQuotes: Int, textStart: Int) {
    var start = closingQuotes
    while start > textStart, bytes[start - 1] == Byte.space || bytes[start - 1] == Byte.tab {
      start -= 1
    }
    if start == textStart || bytes[start - 1] != Byte.newline {
      errors.append(LexicalError(.textBeforeClosingQuotes, closingQuotes..<closingQuotes + 3))
    } else {
      indentation = bytes[start..<closingQuotes]
    }
  }

  /// Returns the text of a piece of the string. The first piece follows the opening quotes, the
  /// last precedes the closing ones.
  mutating func read(_ range: Range<Int>, isFirst: Bool, isLast: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var offset = range.lowerBound
    var end = range.upperBound
    if quotes.isMultiline {
      if isFirst { offset = skipOpeningLine(offset, end) }
      if isLast { end = max(offset, end - indentation.count) }
    }
    while offset < end {
      let byte = bytes[offset]
      if byte == Byte.backslash, !quotes.isRaw {
        offset = readEscape(at: offset, end, into: &text)
      } else if byte == Byte.newline, quotes.isMultiline {
        // Removes the carriage return of the line end, not one from an escape.
        if offset > range.lowerBound, bytes[offset - 1] == Byte.carriageReturn { text.removeLast() }
        text.append(byte)
        offset = skipIndentation(offset + 1, end)
      } else {
        text.append(byte)
        offset += 1
      }
    }
    // The line end before the closing quotes is not part of the text.
    if quotes.isMultiline, isLast, text.last == Byte.newline { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Skips the line end that must follow the opening quotes.
  private mutating func skipOpeningLine(_ start: Int, _ end: Int) -> Int {
    var offset = start
    while offset < end, bytes[offset] != Byte.newline {
      let byte = bytes[offset]
      guard byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn else {
        errors.append(LexicalError(.textAfterOpeningQuotes, offset..<offset + 1))
        return start
      }
      offset += 1
    }
    return offset < end ? skipIndentation(offset + 1, end) : offset
  }

  private mutating func skipIndentation(_ start: Int, _ end: Int) -> Int {
    var offset = start
    for byte in indentation {
      if offset >= end || bytes[offset] != byte {
        let isBlankLine =
          offset >= end || bytes[offset] == Byte.newline || bytes[offset] == Byte.carriageReturn
        if !isBlankLine { errors.append(LexicalError(.missingIndentation, start..<offset + 1)) }
        return offset
      }
      offset += 1
    }
    return offset
  }

  /// Resolves the escape at `start` and returns the offset after it.
  private mutating func readEscape(at start: Int, _ end: Int, into text: inout [UInt8]) -> Int {
    guard start + 1 < end else { return end }
    switch bytes[start + 1] {
    case UInt8(ascii: "n"): text.append(Byte.newline)
    case UInt8(ascii: "t"): text.append(Byte.tab)
    case UInt8(ascii: "r"): text.append(Byte.carriageReturn)
    case UInt8(ascii: "0"): text.append(0)
    case Byte.quote: text.append(Byte.quote)
    case Byte.backslash: text.append(Byte.backslash)
    case UInt8(ascii: "u"): return readUnicodeEscape(at: start, end, into: &text)
    default:
      let length = bytes[start + 1] < 0x80 ? 1 : decodeScalar(bytes, at: start + 1).length
      errors.append(LexicalError(.unknownEscape, start..<start + 1 + length))
      return min(start + 1 + length, end)
    }
    return start + 2
  }

  /// Reads `\u{1F600}`: one to eight hexadecimal digits of a Unicode scalar.
  private mutating func readUnicodeEscape(
    at start: Int, _ end: Int, into text: inout [UInt8]
  ) -> Int {
    var offset = start + 2
    var value: UInt64 = 0
    if offset < end, bytes[offset] == UInt8(ascii: "{") {
      offset += 1
      let digits = offset
      while offset < end, offset - digits < 8, let digit = bytes[offset].hexDigitValue {
        value = value << 4 | UInt64(digit)
        offset += 1
      }
      if offset > digits, offset < end, bytes[offset] == UInt8(ascii: "}"),
        let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init)
      {
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
        return offset + 1
      }
    }
    errors.append(LexicalError(.malformedUnicodeEscape, start..<offset))
    return offset
  }
}
