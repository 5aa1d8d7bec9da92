// Statements that begin with a contextual keyword: a word that is a keyword only there, and only if
// a fitting continuation follows.
extension Parser {
  /// Parses the statement that begins with this identifier; `nil` if it is an expression.
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
    if word == words.moved { return beginsName(next) ? movedStatement() : nil }
    if words.isResourceKind(word) {
      return beginsName(next) ? resource(keyword: word) : nil
    }
    if !words.beginsOtherStatement(word), let node = resourceOfAnyKind(word) { return node }
    guard beginsTarget(next) else { return nil }
    if word == words.clone { return clone(isStatement: true) }
    if next.kind == .identifier, !peek(2).flags.contains(.newlineBefore), beginsName(peek(2)),
      let verb = words.verb(word, before: name(of: next))
    {
      return verbStatement(verb)
    }
    // A verb with a value begins an expression.
    return words.verb(word).flatMap { $0.row.hasValue ? nil : verbStatement($0) }
  }

  /// Returns whether a token begins a name: two adjacent names are never an expression.
  private func beginsName(_ token: Token) -> Bool {
    token.kind == .identifier || token.kind == .string || token.kind == .stringOpen
      || token.kind.isKeyword && token.kind != .in && token.kind != .as
  }

  /// Returns whether a token begins a target: `start (x)` and `start [x]` have one; `start(x)` is a
  /// call, `start[x]` an index.
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

  /// Whether this is `print()`, a call of the function of that name; `print () => 1` prints a
  /// function.
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

  private func movedStatement() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(declaredName("the earlier name"))
    expect(.arrow, "`=>` and the new name", help: SyntaxMessages.movedForm)
    pending.append(declaredName("the new name"))
    return finish(.movedStatement, from: start, mark)
  }

  /// Parses a verb with a value in an expression, such as `run "uname" on web`; nil for anything
  /// else.
  func verbExpression() -> NodeID? {
    guard let verb = words.verbWithValue(name(of: current)) else { return nil }
    let next = peek(1)
    // `run (x)` and `run [x]` are a call and an index.
    guard ignoresNewlines || !next.flags.contains(.newlineBefore), beginsTarget(next),
      next.kind != .leftParenthesis, next.kind != .leftBracket
    else { return nil }
    return verbStatement(verb)
  }

  private func verbStatement(_ verb: Verb) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    var flags: NodeFlags = []
    for argument in verb.row.arguments {
      switch argument {
      case .target(let word):
        if let word { expect(argument, "`\(word)` and a machine", help: "`\(verb.row.form)`") }
        pending.append(onThisLine("a machine") { $0.postfixed(expecting: $1) })
      case .text(let name):
        pending.append(
          onThisLine("`\(name)` of `\(verb.row.form)`") { $0.postfixed(expecting: $1) })
      case .force: if takes(argument) { flags = .force }
      case .name:
        expect(argument, "`\(argument.word ?? "")` and a name")
        pending.append(declaredName("a name"))
      case .condition:
        expect(argument, "`for` and a condition", help: SyntaxMessages.waitForm)
        pending.append(waitCondition() ?? expression(expecting: "a condition"))
      case .limit: pending.append(takes(argument) ? expression(expecting: "a duration") : .absent)
      }
    }
    return finish(.verbStatement, from: start, mark, data: verb.rawValue, flags: flags)
  }

  /// Parses a part of a verb that must begin on the line of the verb.
  private func onThisLine(_ what: String, _ parse: (Parser, String) -> NodeID) -> NodeID {
    if continuesLine || isPanicking { return parse(self, what) }
    reportExpected(what)
    return errorNode()
  }

  /// Parses a condition with an argument, such as `port 22`; nil for any other.
  private func waitCondition() -> NodeID? {
    guard !isPanicking, current.kind == .identifier, beginsTarget(peek(1)),
      !peek(1).flags.contains(.newlineBefore), let index = words.waitWord(name(of: current))
    else { return nil }
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(postfixed(expecting: "an argument"))
    return finish(.waitCondition, from: start, mark, data: UInt32(index))
  }

  /// Takes the word of an argument, if present.
  private func takes(_ argument: VerbRow.Argument) -> Bool {
    guard continuesLine, !isPanicking, let word = argument.word else { return false }
    let isThere =
      Keyword.kind(word).map { at($0) }
      ?? words.afterTarget(word).map { at(word: $0) } ?? false
    if isThere { advance() }
    return isThere
  }

  private func expect(_ argument: VerbRow.Argument, _ what: String, help: String? = nil) {
    if !takes(argument) { reportExpected(what, help: help) }
  }
}
