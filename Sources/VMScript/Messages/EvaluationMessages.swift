import VMScriptSyntax

// Evaluation: VM03xx.
extension Diagnostic {
  static func branchOnUnknown(_ origin: UnknownOrigin, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 301, "cannot decide by a value that is known only after apply",
      at: Label(span, "\(origin.summary) is not known yet"),
      helps: [Help("`run` the script so far, or decide by what is declared")])
  }

  static func loopOverUnknown(_ origin: UnknownOrigin, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 301, "cannot loop over a value that is known only after apply",
      at: Label(span, "\(origin.summary) is not known yet"),
      helps: [Help("loop over what is declared")])
  }

  static func notABool(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 302, "a condition must be a bool, not \(value.kindInWords)",
      at: Label(span, value.excerpt),
      helps: [Help("compare it, as in `x != none`")])
  }

  static func notASequence(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 302, "cannot loop over \(value.kindInWords)", at: Label(span),
      helps: [Help("loop over a list, a map or a range such as `1...3`")])
  }

  static func cannotSpread(_ value: Value, into: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 302, "cannot spread \(value.kindInWords) into a \(into)", at: Label(span))
  }

  static func keyNotString(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(code: 302, "a key must be a string, not \(value.kindInWords)", at: Label(span))
  }

  static func operands(_ symbol: String, _ left: Value, _ right: Value, at span: Span) -> Diagnostic
  {
    Diagnostic(
      code: 303, "`\(symbol)` does not go with \(left.typeName) and \(right.typeName)",
      at: Label(span, "\(left.excerpt) \(symbol) \(right.excerpt)"))
  }

  static func operand(_ symbol: String, _ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(code: 303, "`\(symbol)` does not go with \(value.typeName)", at: Label(span))
  }

  static func overflow(at span: Span) -> Diagnostic {
    Diagnostic(
      code: 304, "the result is out of range", at: Label(span),
      notes: ["numbers, sizes and durations have 64 bits; addresses have 32"])
  }

  static func divisionByZero(at span: Span) -> Diagnostic {
    Diagnostic(code: 305, "division by zero", at: Label(span))
  }

  static func outOfBounds(_ index: Int64, count: Int64, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 306, "index \(index) is out of bounds", at: Label(span),
      notes: [count == 0 ? "it is empty" : "valid are 0 to \(count - 1), and -1 for the last"])
  }

  static func notCallable(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(code: 307, "\(value.kindInWords) is not a function", at: Label(span))
  }

  static func argumentCount(_ function: String, expected: String, got: Int, at span: Span)
    -> Diagnostic
  {
    Diagnostic(
      code: 308,
      "`\(function)` takes \(expected) argument\(expected == "1" ? "" : "s"), not \(got)",
      at: Label(span))
  }

  static func missingArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 308, "`\(function)` needs its argument `\(name)`", at: Label(span))
  }

  static func unknownArgument(
    _ name: String, of function: String, known: [String], at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: 309, "`\(function)` has no argument `\(name)`", at: Label(span),
      helps: closest(to: name, among: known).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  static func namedArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 309, "`\(function)` takes its arguments by position", at: Label(span, "has a name"),
      helps: [Help("leave out `\(name):`")])
  }

  static func repeatedArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 309, "`\(function)` is given `\(name)` twice", at: Label(span))
  }

  static func argumentType(
    _ function: String, expected: String, _ value: Value, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: 310, "`\(function)` takes \(expected), not \(value.kindInWords)",
      at: Label(span, value.excerpt))
  }

  static func cannotConvert(_ value: Value, to type: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 311, "cannot make \(withArticle(type)) of \(value.excerpt)", at: Label(span))
  }

  static func invalidText(_ format: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 312, "this is not \(format)", at: Label(span), notes: [reason])
  }

  static func checkFailed(_ message: String?, text: String, at span: Span, notes: [String])
    -> Diagnostic
  {
    Diagnostic(
      code: 313, message.map { "check failed: \($0)" } ?? "check failed: \(text)",
      at: Label(span, "is false"), notes: notes)
  }

  static func hostFunctionFailed(_ name: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 316, "`\(name)` failed", at: Label(span), notes: [excerpt(reason, 1_000)])
  }

  static func duplicateOutput(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 314, "output `\(name)` is given twice", at: Label(span))
  }

  static func verbTarget(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 315, "a verb acts on a domain, a name or a list of them, not \(value.kindInWords)",
      at: Label(span))
  }
}

extension UnknownOrigin {
  /// What is unknown, in words.
  var summary: String {
    resource.isEmpty ? "part of it" : "`\(attribute)` of \(QuotedText.literal(resource))"
  }
}
