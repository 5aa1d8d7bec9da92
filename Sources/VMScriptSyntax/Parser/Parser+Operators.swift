extension Operator {
  /// The operator that this token is between two operands.
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

  /// The higher, the tighter it binds.
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

  /// `a < b < c` and `1...2...3` mean nothing.
  var isChainable: Bool { precedence != 4 && precedence != 5 }
}

// Operators by precedence, without recursion: operands and operators wait on two stacks.
extension Parser {
  /// Operands and the binary operators between them.
  func operation(expecting what: String = "an expression") -> NodeID {
    let base = operators.count
    var operand = prefixed(expecting: what)
    while continuesLine, !isPanicking, let next = Operator(infix: kind) {
      while operators.count > base, let last = operators.last, last.precedence >= next.precedence {
        if last.precedence == next.precedence, !next.isChainable {
          reportAndGoOn(SyntaxMessages.chained(last, next, at: span(current)))
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

  /// An operand with the `-` and `!` before it.
  private func prefixed(expecting what: String) -> NodeID {
    guard at(.minus) || at(.not), !isPanicking else { return postfixed(expecting: what) }
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
      operand = postfixed(expecting: "an operand")
    }
    for prefix in prefixes.reversed() {
      let mark = pending.count
      pending.append(operand)
      operand = finish(.unary, from: prefix.start, mark, data: prefix.operator.rawValue)
    }
    return operand
  }

  /// An operand with the calls, indices and members behind it.
  func postfixed(expecting what: String) -> NodeID {
    postfixes(of: primary(expecting: what))
  }

  private func postfixes(of primary: NodeID) -> NodeID {
    var operand = primary
    while !isPanicking {
      // A line that begins with `.` goes on; one that begins with a bracket is a new one.
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

  /// What stands in `( )` or `[ ]`: newlines mean nothing inside. `current` is the open bracket.
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

  /// Elements separated by commas in brackets; one more comma may follow the last.
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
