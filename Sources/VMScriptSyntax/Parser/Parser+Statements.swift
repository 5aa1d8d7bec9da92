extension Parser {
  /// Parses statements up to the end of the file or the `}` of their block, and appends them to
  /// `pending`.
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

  /// Expects the end of a statement or entry: a line end, `;`, `}`, or after its own `}`.
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

  /// Returns the unknown word that begins `doman web { … }` or `prnt "x"`: a name before another
  /// name, or before anything if it begins a statement of another language, such as `while (x) { …
  /// }`.
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

  /// Parses `{ … }` with statements in it.
  func block() -> NodeID {
    braced(.block) { $0.parseStatements(isFile: false) }
  }

  /// Parses `{ … }`, in which newlines count, whatever surrounds it.
  func braced(_ kind: NodeKind, _ parseContent: (Parser) -> Void) -> NodeID {
    guard at(.leftBrace), !isPanicking else {
      reportExpected("`{`")
      return errorNode()
    }
    if !continuesLine { reportAndContinue(SyntaxMessages.braceOnNewLine(at: span(current))) }
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

  /// Takes the bracket that closes `open`, or reports that it is missing.
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

  /// Takes the token of a name that is declared here; reports a reserved word.
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

  /// Returns the `##` lines directly above the current token.
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

// Statements that begin with a reserved word.
extension Parser {
  func letStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    let name = expectName("a name")
    expect(.equals, "`=`", help: SyntaxMessages.letForm)
    pending.append(expression())
    return finish(.letStatement, from: start, mark, name: name)
  }

  func paramStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    let name = expectName("a name")
    expect(.colon, "`:` and a type", help: SyntaxMessages.parameterForm)
    pending.append(nameNode("a type", onAnyLine: true))
    pending.append(takeOnLine(.equals) ? expression() : .absent)
    return finish(.paramStatement, from: start, mark, name: name)
  }

  func funcStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    let name = expectName("a name")
    if at(.leftParenthesis), continuesLine, !isPanicking {
      pending.append(parameterList())
    } else {
      reportExpected("`(`")
      pending.append(errorNode())
    }
    let outer = isInFunction
    isInFunction = true
    var flags: NodeFlags = []
    if takeOnLine(.equals) {
      flags = .expressionBody
      pending.append(expression())
    } else if at(.leftBrace) {
      pending.append(block())
    } else {
      reportExpected("`=` or `{`", help: SyntaxMessages.functionForm)
      pending.append(errorNode())
    }
    isInFunction = outer
    return finish(.funcStatement, from: start, mark, name: name, flags: flags)
  }

  /// Parses `(a, b = 2)`.
  func parameterList() -> NodeID {
    let mark = pending.count
    let open = current
    commaSeparated(open, .rightParenthesis, help: SyntaxMessages.parametersForm) { parser in
      let start = parser.current.start
      let mark = parser.pending.count
      let name = parser.expectName("a parameter's name")
      parser.pending.append(parser.take(.equals) ? parser.expression() : .absent)
      parser.pending.append(parser.finish(.parameter, from: start, mark, name: name))
    }
    return finish(.parameterList, from: open.start, mark)
  }

  /// Parses `if … { … } else if … { … } else { … }`; a chain of any length uses constant stack.
  func ifStatement(inBody: Bool) -> NodeID {
    var branches: [(start: UInt32, condition: NodeID, branch: NodeID)] = []
    var last = NodeID.absent
    repeat {
      let start = current.start
      advance()
      let condition = expression(expecting: "a condition")
      branches.append((start, condition, inBody ? body() : block()))
      if isElseIfOfAnotherLanguage {
        reportAndContinue(SyntaxMessages.elseIf(text(current), at: span(current)))
        continue
      }
      guard at(.else), !isPanicking else { break }
      if !continuesLine { reportAndContinue(SyntaxMessages.elseOnNewLine(at: span(current))) }
      advance()
      if !at(.if) {
        last = inBody ? body() : block()
        break
      }
    } while true
    for (start, condition, branch) in branches.reversed() {
      let mark = pending.count
      pending.append(condition)
      pending.append(branch)
      pending.append(last)
      last = finish(.ifStatement, from: start, mark)
    }
    return last
  }

  /// Whether `elif x {` or the like follows, also on a new line unless it is a call.
  private var isElseIfOfAnotherLanguage: Bool {
    at(.identifier) && !isPanicking && Slips.elseIf.contains(text(current))
      && (continuesLine || beginsTarget(peek(1)) || peek(1).kind == .not)
  }

  func forStatement(inBody: Bool) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    bindings()
    pending.append(expression(expecting: "a list, a range or a map"))
    pending.append(inBody ? body() : block())
    return finish(.forStatement, from: start, mark)
  }

  /// Parses `NAME in` or `KEY, VALUE in`, and appends two nodes to `pending`.
  func bindings() {
    pending.append(nameNode("a name", help: SyntaxMessages.loopForm))
    pending.append(takeOnLine(.comma) ? nameNode("a second name", onAnyLine: true) : .absent)
    expect(.in, "`in`", help: SyntaxMessages.loopForm)
  }

  func importStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    if at(.string) || at(.stringOpen) {
      pending.append(primary(expecting: "a path"))
    } else {
      reportExpected("a path in quotes")
      pending.append(errorNode())
    }
    pending.append(takeOnLine(.as) ? nameNode("a name") : .absent)
    return finish(.importStatement, from: start, mark)
  }

  func returnStatement() -> NodeID {
    let token = current
    let mark = pending.count
    advance()
    if !isInFunction { reportAndContinue(SyntaxMessages.returnOutsideFunction(at: span(token))) }
    let isBare =
      !continuesLine || at(.semicolon) || at(.rightBrace) || at(.endOfFile)
    pending.append(isBare ? .absent : expression())
    return finish(.returnStatement, from: token.start, mark)
  }

  /// Parses the identifier that is required here as a `name` node.
  func nameNode(
    _ what: String, flags: NodeFlags = [], onAnyLine: Bool = false, help: String? = nil
  ) -> NodeID {
    guard let token = expectName(what, onAnyLine: onAnyLine, help: help) else { return errorNode() }
    return leaf(.name, token, data: name(of: token).index, flags: flags)
  }

  /// Takes the current token if it is of this kind and on the same line.
  func takeOnLine(_ kind: TokenKind) -> Bool { continuesLine && take(kind) }
}
