extension Parser {
  /// Parses `KIND NAME { … }`; the resolver checks whether the kind exists.
  func resource(keyword: Name) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(declaredName("a name"))
    pending.append(body())
    return finish(.resource, from: start, mark, data: keyword.index)
  }

  /// Parses `clone SOURCE as NAME { … }`.
  ///
  /// - Parameter isStatement: whether empty braces may be omitted. Within an expression, the braces
  ///   that follow could belong to something else.
  func clone(isStatement: Bool = false) -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(postfixed(expecting: "the domain to clone"))
    expect(.as, "`as` and a name", help: SyntaxMessages.cloneForm)
    pending.append(declaredName("a name"))
    let hasBody = !isStatement || isPanicking || at(.leftBrace) || at(.minus)
    pending.append(hasBody ? body() : .absent)
    return finish(.clone, from: start, mark)
  }

  /// Parses an identifier, which means its own text, a string, or an expression in parentheses.
  func declaredName(_ what: String) -> NodeID {
    let isExpression = at(.string) || at(.stringOpen) || at(.leftParenthesis)
    return isExpression && continuesLine
      ? primary(expecting: what) : nameNode(what, flags: .bareName)
  }

  /// Parses the resource that begins an expression here; `nil` if the word is a variable.
  func resourceExpression() -> NodeID? {
    let next = peek(1)
    guard ignoresNewlines || !next.flags.contains(.newlineBefore) else { return nil }
    let isString = next.kind == .string || next.kind == .stringOpen
    guard isString || next.kind == .identifier else { return nil }
    let word = name(of: current)
    if words.isResourceKind(word), isString || peek(2).kind == .leftBrace {
      return resource(keyword: word)
    }
    let isLimit = next.kind == .identifier && words.followsTarget(name(of: next))
    if !words.beginsOtherStatement(word), !isLimit, let node = resourceOfAnyKind(word) {
      return node
    }
    if word == words.clone, isString || !words.followsTarget(name(of: next)) { return clone() }
    return nil
  }

  /// Parses `queue jobs { … }` with any first word; `nil` unless a name and a `{` follow.
  func resourceOfAnyKind(_ word: Name) -> NodeID? {
    guard let end = endOfName(1), peek(end).kind == .leftBrace,
      ignoresNewlines || !peek(end).flags.contains(.newlineBefore),
      !Slips.neverKinds.contains(text(current))
    else { return nil }
    return resource(keyword: word)
  }

  /// Returns the distance of the token after the name that begins `distance` ahead.
  private func endOfName(_ distance: Int) -> Int? {
    switch peek(distance).kind {
    case .identifier, .string: return distance + 1
    case .stringOpen:
      var open = 1
      var end = distance + 1
      while open > 0, peek(end).kind != .endOfFile {
        switch peek(end).kind {
        case .stringOpen: open += 1
        case .stringClose: open -= 1
        default: break
        }
        end += 1
      }
      return open == 0 ? end : nil
    default: return nil
    }
  }

  /// Parses `{ … }` with the entries of a resource or block.
  func body() -> NodeID {
    braced(.body) { $0.parseEntries() }
  }

  private func parseEntries() {
    while true {
      while take(.comma) || take(.semicolon) {}
      if at(.endOfFile) || at(.rightBrace) { return }
      let first = position
      let brackets = openBrackets
      let node = entry()
      pending.append(node)
      if !isPanicking { expectEnd(ofEntry: node) }
      if isPanicking { synchronize(from: first, brackets: brackets) }
    }
  }

  private func expectEnd(ofEntry node: NodeID) {
    if at(.comma) || at(.semicolon) || at(.rightBrace) || at(.endOfFile) || !continuesLine {
      return
    }
    switch tree[node].kind {
    case .nestedBlock where !tree.child(2, of: node).isAbsent: return
    case .ifStatement, .forStatement: return
    default: reportExpected("`,` or a new line", help: SyntaxMessages.entrySeparator)
    }
  }

  private func entry() -> NodeID {
    switch kind {
    case .let: return letStatement()
    case .if: return ifStatement(inBody: true)
    case .for: return forStatement(inBody: true)
    case .ellipsis: return spread()
    case .identifier:
      return at(word: words.remove) && peek(1).kind == .identifier ? removal() : propertyOrBlock()
    default:
      if kind.isKeyword, peek(1).kind == .equals || peek(1).kind == .leftBrace {
        report(SyntaxMessages.reservedWord(text(current), at: span(current)))
      } else {
        reportExpected("a property or a block")
      }
      return errorNode()
    }
  }

  /// Parses `...EXPR`.
  func spread() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    pending.append(expression(expecting: "a value to spread"))
    return finish(.spread, from: start, mark)
  }

  /// Parses `remove nic 2`, `remove disk data`.
  private func removal() -> NodeID {
    let start = current.start
    let mark = pending.count
    advance()
    let key = expectName("a block's name")
    pending.append(
      at(.integer) && continuesLine
        ? primary(expecting: "a position") : declaredName("a label or a position"))
    return finish(.remove, from: start, mark, name: key)
  }

  private func propertyOrBlock() -> NodeID {
    let start = current.start
    let mark = pending.count
    let key = current
    advance()
    if !continuesLine {
      reportExpected("`=` or `{`")
      return errorNode()
    }
    switch kind {
    case .equals:
      advance()
      pending.append(expression())
      return finish(.property, from: start, mark, name: key)
    case .identifier, .string, .stringOpen, .leftParenthesis:
      labelAndBody()
      return finish(.nestedBlock, from: start, mark, name: key)
    case .leftBrace: break
    case .colon: report(SyntaxMessages.colonInBody(at: span(current)))
    default: reportExpected("`=` or `{`")
    }
    pending += [.absent, .absent, body()]
    return finish(.nestedBlock, from: start, mark, name: key)
  }

  /// Parses the rest of a nested block with a label. After a text, such as the address of a device,
  /// the braces may be omitted.
  private func labelAndBody() {
    let isText = at(.string) || at(.stringOpen)
    pending.append(declaredName("a label"))
    let hasAlias = continuesLine && take(.as)
    pending.append(hasAlias ? declaredName("a name") : .absent)
    let isComplete = isText || hasAlias
    pending.append(isComplete && !(at(.leftBrace) && continuesLine) ? .absent : body())
  }
}
