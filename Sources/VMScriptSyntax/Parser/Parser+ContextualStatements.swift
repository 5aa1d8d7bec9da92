// The statements that begin with a word that is a keyword only there, and only if what follows fits.
extension Parser {
  /// The statement that begins with this identifier; `nil` if it is an expression.
  func contextualStatement() -> NodeID? {
    let next = peek(1)
    guard ignoresNewlines || !next.flags.contains(.newlineBefore) else { return nil }
    let word = name(of: current)
    if word == words.print || word == words.check {
      guard beginsArgument(next), !isCallOfNothing else { return nil }
      return word == words.print ? printStatement() : checkStatement()
    }
    if word == words.output {
      return beginsName(next) || next.kind.isKeyword && peek(2).kind == .equals
        ? outputStatement() : nil
    }
    if word == words.stack {
      return next.kind == .string || next.kind == .stringOpen ? stackStatement() : nil
    }
    if words.isResourceKind(word) {
      return beginsName(next) ? resource(keyword: word) : nil
    }
    if !words.beginsOtherStatement(word), let node = resourceOfAnyKind(word) { return node }
    guard beginsTarget(next) else { return nil }
    if word == words.clone { return clone(isStatement: true) }
    if words.isPlainVerb(word) { return verbStatement(word) }
    if word == words.snapshot { return namingVerb(.snapshotStatement) }
    if word == words.revert { return namingVerb(.revertStatement) }
    if word == words.wait { return waitStatement() }
    return nil
  }

  /// Two names side by side are never an expression.
  private func beginsName(_ token: Token) -> Bool {
    token.kind == .identifier || token.kind == .string || token.kind == .stringOpen
      || token.kind.isKeyword && token.kind != .in && token.kind != .as
  }

  /// `start (x)` and `start [x]` have a target; `start(x)` is a call, `start[x]` an index.
  func beginsTarget(_ token: Token) -> Bool {
    switch token.kind {
    case .identifier, .string, .stringOpen, .integer, .float, .size, .duration, .address, .subnet,
      .true, .false, .none:
      true
    case .leftParenthesis, .leftBracket: token.flags.contains(.spaceBefore)
    default: false
    }
  }

  private func beginsArgument(_ token: Token) -> Bool {
    switch token.kind {
    case .identifier, .string, .stringOpen, .integer, .float, .size, .duration, .address, .subnet,
      .true, .false, .none, .leftParenthesis, .minus, .not, .invalid:
      true
    case .leftBracket, .leftBrace: token.flags.contains(.spaceBefore)
    default: false
    }
  }

  /// `print()`, which calls what has the name; `print () => 1` prints a function.
  private var isCallOfNothing: Bool {
    peek(1).kind == .leftParenthesis && peek(2).kind == .rightParenthesis && peek(3).kind != .arrow
  }

  private func printStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    repeat { pending.append(expression()) } while takeOnLine(.comma)
    return finish(.printStatement, from: start, mark)
  }

  private func checkStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(expression(expecting: "a condition"))
    pending.append(takeOnLine(.comma) ? expression(expecting: "a message") : .absent)
    return finish(.checkStatement, from: start, mark)
  }

  private func outputStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(declaredName("a name"))
    expect(.equals, "`=`")
    pending.append(expression())
    return finish(.outputStatement, from: start, mark)
  }

  private func stackStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(primary(expecting: "the stack's name"))
    return finish(.stackStatement, from: start, mark)
  }

  private func verbStatement(_ verb: Name) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(postfixed(expecting: "a machine"))
    var flags: NodeFlags = []
    if verb == words.stop, continuesLine, !isPanicking, at(word: words.force) {
      advance()
      flags = .force
    }
    return finish(.verbStatement, from: start, mark, data: verb.index, flags: flags)
  }

  /// `snapshot T as NAME`, `revert T to NAME`.
  private func namingVerb(_ kind: NodeKind) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(postfixed(expecting: "a machine"))
    if kind == .snapshotStatement {
      expect(.as, "`as` and a name")
    } else {
      expect(word: words.to, "`to` and a name")
    }
    pending.append(declaredName("a name"))
    return finish(kind, from: start, mark)
  }

  private func waitStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(postfixed(expecting: "a machine"))
    expect(.for, "`for` and a condition", help: SyntaxMessages.waitForm)
    pending.append(expression(expecting: "a condition"))
    if continuesLine, !isPanicking, at(word: words.within) {
      advance()
      pending.append(expression(expecting: "a duration"))
    } else {
      pending.append(.absent)
    }
    return finish(.waitStatement, from: start, mark)
  }

  private func expect(word: Name, _ what: String) {
    if continuesLine, !isPanicking, at(word: word) { advance() } else { reportExpected(what) }
  }
}
