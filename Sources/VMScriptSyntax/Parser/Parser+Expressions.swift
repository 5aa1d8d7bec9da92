extension Parser {
  /// Any expression: a resource, a lambda, or operations joined by `?` and `:`.
  func expression(expecting what: String = "an expression") -> NodeID {
    guard !isPanicking, enter() else { return errorNode() }
    defer { leave() }
    if at(.identifier), let node = resourceExpression() { return node }
    return beginsLambda() ? lambda() : conditional(expecting: what)
  }

  /// `a ? b : c ? d : e`; a chain of any length takes no stack.
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

  /// `x =>`, `(x, y) =>`, `(x, y = 2) =>`.
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

  /// Where the bracket is closed that is open at a distance, or where the file ends.
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
