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

  /// `x =>`, `(x, y) =>`.
  private func beginsLambda() -> Bool {
    if at(.identifier) { return peek(1).kind == .arrow }
    guard at(.leftParenthesis) else { return false }
    var distance = 1
    while peek(distance).kind == .identifier {
      distance += 1
      guard peek(distance).kind == .comma else { break }
      distance += 1
    }
    return peek(distance).kind == .rightParenthesis && peek(distance + 1).kind == .arrow
  }

  private func lambda() -> NodeID {
    let first = current
    let mark = pending.count
    pending.append(lambdaParameters())
    advance()
    let outer = isInFunction
    isInFunction = false
    pending.append(expression(expecting: "the lambda's value"))
    isInFunction = outer
    return finish(.lambda, from: first.start, mark)
  }

  private func lambdaParameters() -> NodeID {
    let first = current
    let mark = pending.count
    if at(.identifier) {
      lambdaParameter()
    } else {
      commaSeparated(first, .rightParenthesis) { $0.lambdaParameter() }
    }
    return finish(.parameterList, from: first.start, mark)
  }

  private func lambdaParameter() {
    let start = current.start
    let mark = pending.count
    let name = name(of: current)
    advance()
    pending.append(.absent)
    pending.append(finish(.parameter, from: start, mark, data: name.index))
  }
}
