extension Parser {
  /// What operators are applied to: a name, a literal, or something in brackets.
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
      // A number that was reported stands where an operand belongs all the same.
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

  /// `( EXPR )` is the expression itself, marked; its span takes the parentheses in.
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

  /// `[a, ...b]`, or `[a for x in y if z]`.
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
        pending.append(expression(expecting: "what to go through"))
      } else {
        pending.append(expression(expecting: "a condition"))
      }
      pending.append(finish(isLoop ? .forClause : .ifClause, from: start, mark))
    }
  }

  /// `{ a: 1, "b c": 2, ...more }`.
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
