extension Parser {
  /// Statements up to the end of the file or the `}` of their block, appended to `pending`.
  func parseStatements(isFile: Bool) {
    while true {
      while take(.semicolon) {}
      if at(.endOfFile) { return }
      if at(.rightBrace) {
        guard isFile else { return }
        reportExpected("a statement")
        advance()
        isPanicking = isAborted
        continue
      }
      let first = position
      let brackets = openBrackets
      let documentation = documentationAbove()
      let node = statement()
      pending.append(node)
      if let documentation { tree.documentation[node.index] = documentation }
      if !isPanicking { expectEnd(of: node, from: first) }
      if isPanicking { synchronize(from: first, brackets: brackets) }
    }
  }

  /// A statement or entry ends with its line, at `;`, before `}`, or after its own `}`.
  private func expectEnd(of node: NodeID, from first: Int) {
    if at(.semicolon) || at(.rightBrace) || at(.endOfFile) || !continuesLine { return }
    switch tree[node].kind {
    case .ifStatement, .forStatement, .resource: return
    case .clone where !tree.child(2, of: node).isAbsent: return
    case .funcStatement where !tree[node].flags.contains(.expressionBody): return
    default: break
    }
    if at(.equals), tree[node].kind == .expressionStatement {
      let target = tree.child(0, of: node)
      let property = tree[target].kind == .member ? names[tree.name(of: target)] : nil
      return report(SyntaxMessages.assignment(at: span(current), to: property))
    }
    if let word = unknownStatementWord(node, tokens[first]) {
      return report(SyntaxMessages.unknownStatement(text(word), at: span(word)))
    }
    reportExpected("the end of the statement", help: SyntaxMessages.oneStatementPerLine)
  }

  /// The word that begins `doman web { … }` or `prnt "x"`: a name that stands before another one, or
  /// before anything if it begins a statement of another language, such as `while (x) { … }`.
  private func unknownStatementWord(_ statement: NodeID, _ word: Token) -> Token? {
    guard tree[statement].kind == .expressionStatement, word.kind == .identifier else { return nil }
    let begun = tree[tree.child(0, of: statement)].kind
    guard begun == .name || begun == .call else { return nil }
    if StatementStarts.isOfAnotherLanguage(text(word)) { return word }
    guard begun == .name else { return nil }
    switch kind {
    case .identifier, .string, .stringOpen: return word
    default: return nil
    }
  }

  func statement() -> NodeID {
    switch kind {
    case .let: return letStatement()
    case .param: return paramStatement()
    case .func: return funcStatement()
    case .if: return ifStatement(inBody: false)
    case .for: return forStatement(inBody: false)
    case .import: return importStatement()
    case .return: return returnStatement()
    case .identifier: if let node = contextualStatement() { return node }
    case .else:
      report(SyntaxMessages.elseWithoutIf(at: span(current)))
      return errorNode()
    default: break
    }
    let mark = pending.count
    let start = current.start
    pending.append(expression(expecting: "a statement"))
    return finish(.expressionStatement, from: start, mark)
  }

  /// `{ … }` with statements in it.
  func block() -> NodeID {
    braced(.block) { $0.parseStatements(isFile: false) }
  }

  /// `{ … }`: newlines mean something inside, whatever stands around it.
  func braced(_ kind: NodeKind, _ parseContent: (Parser) -> Void) -> NodeID {
    guard at(.leftBrace), !isPanicking else {
      reportExpected("`{`")
      return errorNode()
    }
    if !continuesLine { reportAndGoOn(SyntaxMessages.braceOnNewLine(at: span(current))) }
    guard enter() else { return errorNode() }
    let open = current
    let mark = pending.count
    let outer = ignoresNewlines
    ignoresNewlines = false
    advance()
    openBrackets += 1
    parseContent(self)
    close(.rightBrace, open)
    ignoresNewlines = outer
    leave()
    return finish(kind, from: open.start, mark)
  }

  /// Takes the bracket that closes `open`, or says that it is missing.
  func close(_ kind: TokenKind, _ open: Token, help: String? = nil) {
    if take(kind) {
      openBrackets -= 1
      return
    }
    let symbol = kind == .rightBrace ? "`}`" : kind == .rightBracket ? "`]`" : "`)`"
    reportExpected(
      kind == .rightBrace ? symbol : "`,` or \(symbol)", opened: open,
      help: at(.endOfFile) ? nil : help)
  }

  /// The token of a name that is declared here; a reserved word cannot be one.
  func expectName(_ what: String, onAnyLine: Bool = false, help: String? = nil) -> Token? {
    guard !isPanicking else { return nil }
    if at(.identifier), continuesLine || onAnyLine {
      let token = current
      advance()
      return token
    }
    if kind.isKeyword, continuesLine {
      report(SyntaxMessages.reservedWord(text(current), at: span(current)))
    } else {
      reportExpected(what, help: help)
    }
    return nil
  }

  func expect(_ kind: TokenKind, _ what: String, help: String? = nil) {
    // A line may begin with `:`.
    if at(kind), continuesLine || kind == .colon, !isPanicking {
      advance()
    } else {
      reportExpected(what, help: help)
    }
  }

  /// The `##` lines that stand directly above the current token.
  private func documentationAbove() -> String? {
    while nextComment < comments.count, comments[nextComment].position < position {
      nextComment += 1
    }
    guard nextComment < comments.count, comments[nextComment].position == position else {
      return nil
    }
    var lines: [String] = []
    var index = nextComment
    while index < comments.count, comments[index].position == position {
      let comment = comments[index]
      let end =
        index + 1 < comments.count && comments[index + 1].position == position
        ? comments[index + 1].start : current.start
      if comment.isDocumentation, comment.ownsLine { lines.append(documentationLine(comment)) }
      let newlines = bytes[Int(comment.end)..<Int(end)].count { $0 == Byte.newline }
      if !comment.isDocumentation || newlines != 1 { lines = [] }
      index += 1
    }
    nextComment = index
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private func documentationLine(_ comment: Comment) -> String {
    var text = bytes[comment.range].drop { $0 == Byte.hash }
    if text.first == Byte.space { text = text.dropFirst() }
    return String(decoding: text, as: UTF8.self)
  }
}
