extension Parser {
  /// Reports an error at the current place, unless it follows from one that was reported.
  func report(_ diagnostic: Diagnostic, isAtEnd: Bool = false) {
    guard !isPanicking, !isAborted else { return }
    isPanicking = true
    if isAtEnd { endsEarly = true } else { hasErrorBeforeEnd = true }
    append(diagnostic)
  }

  /// Reports what is wrong with a construct that was read nonetheless.
  func reportAndGoOn(_ diagnostic: Diagnostic) {
    guard !isPanicking, !isAborted else { return }
    hasErrorBeforeEnd = true
    append(diagnostic)
  }

  func reportLexical(_ error: LexicalError) {
    switch error.problem {
    case .unclosedMultilineString, .unclosedMultilineInterpolation: endsEarly = true
    default: hasErrorBeforeEnd = true
    }
    append(SyntaxMessages.lexical(error, span(error.start, error.start + error.length)))
  }

  /// Reports that something else should stand where the current token stands.
  func reportExpected(_ expected: String, opened: Token? = nil, help: String? = nil) {
    // The lexer has reported what it could not read and what it closed by itself.
    if at(.invalid) || current.flags.contains(.synthetic) {
      isPanicking = true
      return
    }
    var diagnostic = SyntaxMessages.expected(
      expected, found: describe(current), at: span(current), opened: opened.map(span))
    if let help = slip() ?? help.map({ Diagnostic.Help($0) }) { diagnostic.helps.append(help) }
    report(diagnostic, isAtEnd: at(.endOfFile))
  }

  /// The nesting leaves no stack or no tree that others could walk: nothing more is read.
  func reportTooDeep() {
    report(SyntaxMessages.tooDeep(at: span(current)))
    abort()
  }

  private func append(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
    if diagnostics.count == Self.maximumErrors {
      diagnostics.append(SyntaxMessages.tooManyErrors(at: span(current)))
      abort()
    }
  }

  private func abort() {
    isAborted = true
    isPanicking = true
    position = tokens.count - 1
  }

  func describe(_ token: Token) -> String {
    switch token.kind {
    case .endOfFile: "the end of the file"
    case .string, .stringOpen: "a string"
    case .interpolationClose, .stringText, .stringClose: "the end of the interpolation"
    default:
      token.flags.contains(.newlineBefore) && token.kind == .identifier
        ? "`\(text(token))` on a new line" : "`\(text(token))`"
    }
  }

  /// Skips to where the next statement or entry of the same list begins.
  ///
  /// `first` is the token that the failed one began with, `brackets` how many were open there. A
  /// line that is indented no deeper than the failed statement begins a new one even if brackets
  /// seem open: a forgotten bracket then costs one statement, not the rest of the file.
  func synchronize(from first: Int, brackets: Int) {
    isPanicking = isAborted
    let indentation = indentation(ofTokenAt: first)
    while !at(.endOfFile) {
      let token = current
      let isCloser =
        token.kind == .rightBrace || token.kind == .rightBracket || token.kind == .rightParenthesis
      if token.flags.contains(.newlineBefore), position > first,
        !(isCloser && openBrackets > brackets),
        openBrackets <= brackets || self.indentation(ofTokenAt: position) <= indentation
      {
        break
      }
      if openBrackets <= brackets {
        if token.kind == .semicolon || token.kind == .rightBrace { break }
      }
      switch token.kind {
      case .leftBrace, .leftBracket, .leftParenthesis: openBrackets += 1
      case .rightBrace, .rightBracket, .rightParenthesis:
        if openBrackets > brackets { openBrackets -= 1 }
      default: break
      }
      advance()
    }
    openBrackets = brackets
  }

  /// White space before the first token of the line that holds this token, in bytes.
  private func indentation(ofTokenAt index: Int) -> Int {
    var first = index
    // A bound, so that errors on one endless line do not cost its length each.
    let limit = max(0, index - 1_000)
    while first > limit, !tokens[first].flags.contains(.newlineBefore) { first -= 1 }
    let end = Int(tokens[first].start)
    var start = end
    while start > 0, bytes[start - 1] == Byte.space || bytes[start - 1] == Byte.tab { start -= 1 }
    return end - start
  }
}
