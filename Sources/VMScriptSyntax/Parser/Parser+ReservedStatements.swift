// The statements that begin with a reserved word.
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

  /// `(a, b = 2)`.
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

  /// `if … { … } else if … { … } else { … }`; a chain of any length takes no stack.
  func ifStatement(inBody: Bool) -> NodeID {
    var branches: [(start: UInt32, condition: NodeID, branch: NodeID)] = []
    var last = NodeID.absent
    repeat {
      let start = current.start
      advance()
      let condition = expression(expecting: "a condition")
      branches.append((start, condition, inBody ? body() : block()))
      if isElseIfOfAnotherLanguage {
        reportAndGoOn(SyntaxMessages.elseIf(text(current), at: span(current)))
        continue
      }
      guard at(.else), !isPanicking else { break }
      if !continuesLine { reportAndGoOn(SyntaxMessages.elseOnNewLine(at: span(current))) }
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

  /// `elif x {`, also on a new line unless it calls what has the name.
  private var isElseIfOfAnotherLanguage: Bool {
    at(.identifier) && !isPanicking && Slips.elseIf.contains(text(current))
      && (continuesLine || beginsTarget(peek(1)) || peek(1).kind == .not)
  }

  func forStatement(inBody: Bool) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    bindings()
    pending.append(expression(expecting: "what to go through"))
    pending.append(inBody ? body() : block())
    return finish(.forStatement, from: start, mark)
  }

  /// `NAME in` or `KEY, VALUE in`, appended to `pending` as two nodes.
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
    if !isInFunction { reportAndGoOn(SyntaxMessages.returnOutsideFunction(at: span(token))) }
    let isBare =
      !continuesLine || at(.semicolon) || at(.rightBrace) || at(.endOfFile)
    pending.append(isBare ? .absent : expression())
    return finish(.returnStatement, from: token.start, mark)
  }

  /// A `name` node of the identifier that must stand here.
  func nameNode(
    _ what: String, flags: NodeFlags = [], onAnyLine: Bool = false, help: String? = nil
  ) -> NodeID {
    guard let token = expectName(what, onAnyLine: onAnyLine, help: help) else { return errorNode() }
    return leaf(.name, token, data: name(of: token).index, flags: flags)
  }

  /// Takes the current token if it is of this kind and stands on the same line.
  func takeOnLine(_ kind: TokenKind) -> Bool { continuesLine && take(kind) }
}
