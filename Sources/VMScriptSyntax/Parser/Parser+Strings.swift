extension Parser {
  /// A string that is one token.
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

  /// A string with expressions in it.
  func interpolation() -> NodeID {
    let open = current
    let mark = pending.count
    var pieces: [(token: Token, place: Int)] = []
    advance()
    while !at(.stringClose), !isPanicking {
      if at(.stringText) {
        // Its text is known once the closing quotes are: their indentation is stripped from it.
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

  /// Puts literals for the pieces of text in their places, now that all of the string is known.
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
      // What is left of a piece may be nothing: the line ends next to the quotes belong to them.
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
