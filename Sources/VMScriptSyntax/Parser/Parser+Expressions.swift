extension Parser {
  /// Parses any expression: a resource, a lambda, or operations joined by `?` and `:`.
  func expression(expecting what: String = "an expression") -> NodeID {
    guard !isPanicking, enter() else { return errorNode() }
    defer { leave() }
    if at(.identifier), let node = resourceExpression() { return node }
    return beginsLambda() ? lambda() : conditional(expecting: what)
  }

  /// Parses `a ? b : c ? d : e`; a chain of any length uses constant stack.
  private func conditional(expecting what: String) -> NodeID {
    var last = operation(expecting: what)
    guard at(.question), !isPanicking else { return last }
    var choices: [(condition: NodeID, value: NodeID)] = []
    while at(.question), !isPanicking {
      advance()
      let value = expression()
      choices.append((last, value))
      // A `:` may begin a line here.
      if !take(.colon) { reportExpected("`:`", help: SyntaxMessages.conditionalForm) }
      last = isPanicking ? errorNode() : operation()
    }
    for (condition, value) in choices.reversed() {
      let mark = pending.count
      pending.append(condition)
      pending.append(value)
      pending.append(last)
      last = finish(.conditional, from: start(of: condition), mark)
    }
    return last
  }

  /// Returns whether a lambda begins here: `x =>`, `(x, y) =>`, `(x, y = 2) =>`.
  private func beginsLambda() -> Bool {
    if at(.identifier) { return peek(1).kind == .arrow }
    guard at(.leftParenthesis) else { return false }
    var distance = 1
    while peek(distance).kind == .identifier {
      distance += 1
      if peek(distance).kind == .equals { distance = endOfBrackets(distance) }
      guard peek(distance).kind == .comma else { break }
      distance += 1
    }
    return peek(distance).kind == .rightParenthesis && peek(distance + 1).kind == .arrow
  }

  /// Returns where the bracket at a distance is closed, or the end of the file.
  private func endOfBrackets(_ distance: Int) -> Int {
    var end = distance
    var open = 1
    while peek(end).kind != .endOfFile {
      switch peek(end).kind {
      case .leftParenthesis, .leftBracket, .leftBrace: open += 1
      case .rightParenthesis, .rightBracket, .rightBrace: open -= 1
      default: break
      }
      if open == 0 { break }
      end += 1
    }
    return end
  }

  private func lambda() -> NodeID {
    let first = current
    let mark = pending.count
    pending.append(lambdaParameters())
    _ = take(.arrow)
    let outer = isInFunction
    isInFunction = false
    pending.append(expression(expecting: "the lambda's value"))
    isInFunction = outer
    return finish(.lambda, from: first.start, mark)
  }

  private func lambdaParameters() -> NodeID {
    if at(.leftParenthesis) { return parameterList() }
    let token = current
    let mark = pending.count
    advance()
    pending.append(.absent)
    pending.append(finish(.parameter, from: token.start, mark, name: token))
    return finish(.parameterList, from: token.start, mark)
  }
}

extension Operator {
  /// Creates the binary operator that this token represents.
  init?(infix kind: TokenKind) {
    switch kind {
    case .coalesce: self = .coalesce
    case .or: self = .or
    case .and: self = .and
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    case .in: self = .contained
    case .ellipsis: self = .closedRange
    case .halfOpen: self = .halfOpenRange
    case .plus: self = .add
    case .minus: self = .subtract
    case .star: self = .multiply
    case .slash: self = .divide
    case .percent: self = .remainder
    default: return nil
    }
  }

  /// The precedence; a higher one binds tighter.
  var precedence: Int {
    switch self {
    case .coalesce: 1
    case .or: 2
    case .and: 3
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: 4
    case .closedRange, .halfOpenRange: 5
    case .add, .subtract: 6
    case .multiply, .divide, .remainder: 7
    case .negate, .not: 8
    }
  }

  /// Whether it may follow itself: `a < b < c` and `1...2...3` have no meaning.
  var isChainable: Bool { precedence != 4 && precedence != 5 }
}

// Operator precedence parsing without recursion: operands and operators wait on two stacks.
extension Parser {
  /// Parses operands and the binary operators between them.
  func operation(expecting what: String = "an expression") -> NodeID {
    let base = operators.count
    var operand = prefixed(expecting: what)
    while continuesLine, !isPanicking, let next = Operator(infix: kind) {
      while operators.count > base, let last = operators.last, last.precedence >= next.precedence {
        if last.precedence == next.precedence, !next.isChainable {
          reportAndContinue(SyntaxMessages.chained(last, next, at: span(current)))
        }
        operand = reduce(operand)
      }
      operators.append(next)
      operands.append(operand)
      advance()
      operand = prefixed(expecting: "an operand of `\(next.symbol)`")
    }
    while operators.count > base { operand = reduce(operand) }
    return operand
  }

  /// Joins the innermost waiting operator with its right operand.
  private func reduce(_ right: NodeID) -> NodeID {
    let left = operands.removeLast()
    let mark = pending.count
    pending.append(left)
    pending.append(right)
    let end = tree.span(of: right).end
    let node = finish(.binary, from: start(of: left), mark, data: operators.removeLast().rawValue)
    tree[node].length = max(end, start(of: left)) - start(of: left)
    return node
  }

  /// Parses an operand with the `-` and `!` before it.
  private func prefixed(expecting what: String) -> NodeID {
    guard at(.minus) || at(.not), !isPanicking else { return operand(expecting: what) }
    var prefixes: [(operator: Operator, start: UInt32)] = []
    while at(.minus) || at(.not) {
      prefixes.append((at(.minus) ? .negate : .not, current.start))
      advance()
    }
    var operand: NodeID
    if let last = prefixes.last, last.operator == .negate, let lowest = lowestInteger(last.start) {
      prefixes.removeLast()
      operand = postfixes(of: lowest)
    } else {
      operand = self.operand(expecting: "an operand")
    }
    for prefix in prefixes.reversed() {
      let mark = pending.count
      pending.append(operand)
      operand = finish(.unary, from: prefix.start, mark, data: prefix.operator.rawValue)
    }
    return operand
  }

  /// Parses a verb with a value, or an operand with what follows it.
  private func operand(expecting what: String) -> NodeID {
    if at(.identifier), let node = verbExpression() { return node }
    return postfixed(expecting: what)
  }

  /// Parses an operand with the calls, indices and members after it.
  func postfixed(expecting what: String) -> NodeID {
    postfixes(of: primary(expecting: what))
  }

  private func postfixes(of primary: NodeID) -> NodeID {
    var operand = primary
    while !isPanicking {
      // A line that begins with `.` continues the expression; one that begins with a bracket does
      // not.
      if at(.dot) {
        operand = member(of: operand)
      } else if at(.leftParenthesis), continuesLine {
        operand = call(operand)
      } else if at(.leftBracket), continuesLine {
        operand = index(operand)
      } else {
        break
      }
    }
    operandEnd = position
    return operand
  }

  private func member(of base: NodeID) -> NodeID {
    let mark = pending.count
    pending.append(base)
    advance()
    guard at(.identifier) || kind.isKeyword else {
      reportExpected("a member's name")
      return finish(.error, from: start(of: base), mark)
    }
    let name = current
    advance()
    return finish(.member, from: start(of: base), mark, name: name)
  }

  private func index(_ base: NodeID) -> NodeID {
    let open = current
    let mark = pending.count
    pending.append(base)
    bracketed(open, .rightBracket) { $0.pending.append($0.expression(expecting: "an index")) }
    return finish(.index, from: start(of: base), mark)
  }

  private func call(_ callee: NodeID) -> NodeID {
    let mark = pending.count
    pending.append(callee)
    commaSeparated(current, .rightParenthesis) { parser in
      guard parser.at(.identifier), parser.peek(1).kind == .colon else {
        parser.pending.append(parser.expression(expecting: "an argument"))
        return
      }
      let mark = parser.pending.count
      let name = parser.current
      parser.advance()
      parser.advance()
      parser.pending.append(parser.expression(expecting: "an argument"))
      parser.pending.append(parser.finish(.namedArgument, from: name.start, mark, name: name))
    }
    return finish(.call, from: start(of: callee), mark)
  }

  /// Parses the content of `( )` or `[ ]`, where newlines are ignored. `current` is the opening
  /// bracket.
  func bracketed(
    _ open: Token, _ closer: TokenKind, help: String? = nil, _ parseContent: (Parser) -> Void
  ) {
    let outer = ignoresNewlines
    ignoresNewlines = true
    advance()
    openBrackets += 1
    parseContent(self)
    close(closer, open, help: help)
    ignoresNewlines = outer
  }

  /// Parses elements separated by commas in brackets; a trailing comma is allowed.
  func commaSeparated(
    _ open: Token, _ closer: TokenKind, help: String? = nil, _ parseElement: (Parser) -> Void
  ) {
    bracketed(open, closer, help: help) { parser in
      while !parser.at(closer), !parser.isPanicking {
        parseElement(parser)
        if !parser.take(.comma) { break }
      }
    }
  }
}

extension Parser {
  /// Parses an operand: a name, a literal, or something in brackets.
  func primary(expecting what: String) -> NodeID {
    guard !isPanicking else { return errorNode() }
    let token = current
    switch token.kind {
    case .identifier:
      advance()
      return leaf(.name, token, data: name(of: token).index)
    case .integer, .float, .size, .duration, .address, .subnet:
      advance()
      return numericLiteral(token)
    case .string:
      advance()
      return stringLiteral(token)
    case .stringOpen: return interpolation()
    case .true: return constant(.trueLiteral)
    case .false: return constant(.falseLiteral)
    case .none: return constant(.noneLiteral)
    case .leftParenthesis: return parenthesized()
    case .leftBracket: return list()
    case .leftBrace: return map()
    case .invalid where bytes[Int(token.start)].isDigit:
      // A number that has been reported still serves as an operand.
      advance()
      return leaf(.error, token)
    default:
      reportExpected(what)
      return errorNode()
    }
  }

  private func constant(_ kind: NodeKind) -> NodeID {
    let token = current
    advance()
    return leaf(kind, token)
  }

  /// Parses `( EXPR )`: the expression itself, marked; its span includes the parentheses.
  private func parenthesized() -> NodeID {
    let open = current
    var inner = NodeID.absent
    bracketed(open, .rightParenthesis) { inner = $0.expression() }
    var node = tree[inner]
    if node.kind.holdsName { tree.namePlaces.insert(node.start, of: inner) }
    node.flags.insert(.parenthesized)
    node.start = open.start
    node.length = previousEnd - open.start
    tree[inner] = node
    return inner
  }

  /// Parses `[a, ...b]`, or `[a for x in y if z]`.
  private func list() -> NodeID {
    let open = current
    let mark = pending.count
    var kind = NodeKind.list
    bracketed(open, .rightBracket) { parser in
      while !parser.at(.rightBracket), !parser.isPanicking {
        let isFirst = parser.pending.count == mark
        let isSpread = parser.at(.ellipsis)
        parser.pending.append(
          isSpread ? parser.spread() : parser.expression(expecting: "an element"))
        if isFirst, !isSpread, parser.at(.for), !parser.isPanicking {
          kind = .comprehension
          return parser.comprehensionClauses()
        }
        if !parser.take(.comma) { break }
      }
    }
    return finish(kind, from: open.start, mark)
  }

  private func comprehensionClauses() {
    while at(.for) || at(.if), !isPanicking {
      let start = current.start
      let mark = pending.count
      let isLoop = at(.for)
      advance()
      if isLoop {
        bindings()
        pending.append(expression(expecting: "a list, a range or a map"))
      } else {
        pending.append(expression(expecting: "a condition"))
      }
      pending.append(finish(isLoop ? .forClause : .ifClause, from: start, mark))
    }
  }

  /// Parses `{ a: 1, "b c": 2, ...more }`.
  private func map() -> NodeID {
    let open = current
    let mark = pending.count
    let outer = ignoresNewlines
    ignoresNewlines = false
    advance()
    openBrackets += 1
    while !isPanicking {
      while take(.comma) {}
      if at(.rightBrace) || at(.endOfFile) { break }
      pending.append(at(.ellipsis) ? spread() : mapEntry())
      if !at(.comma), !at(.rightBrace), continuesLine { reportExpected("`,` or `}`", opened: open) }
    }
    close(.rightBrace, open)
    ignoresNewlines = outer
    return finish(.map, from: open.start, mark)
  }

  private func mapEntry() -> NodeID {
    let token = current
    let mark = pending.count
    if at(.identifier) || kind.isKeyword {
      advance()
      tree.strings.append(text(token))
      pending.append(leaf(.stringLiteral, token, data: UInt32(tree.strings.count - 1)))
    } else if at(.string) || at(.stringOpen) {
      pending.append(primary(expecting: "a key"))
    } else {
      reportExpected("a key")
      pending.append(errorNode())
    }
    if at(.equals) { report(SyntaxMessages.equalsInMap(at: span(current))) }
    expect(.colon, "`:`")
    pending.append(expression())
    return finish(.mapEntry, from: token.start, mark)
  }
}
