import VMScriptSyntax

// Evaluation: VM03xx.
extension Diagnostic {
  static func branchOnUnknown(_ origin: UnknownOrigin, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.unknownDecision, "cannot decide by a value that is known only after apply",
      at: Label(span, "\(origin.summary) is not known yet"),
      helps: [Help("`run` the script up to here first, or use a declared value")])
  }

  static func loopOverUnknown(_ origin: UnknownOrigin, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.unknownDecision, "cannot loop over a value that is known only after apply",
      at: Label(span, "\(origin.summary) is not known yet"),
      helps: [Help("loop over a declared value")])
  }

  static func notABool(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "a condition must be a bool, not \(value.kindInWords)",
      at: Label(span, value.excerpt),
      helps: [Help("compare it, as in `x != none`")])
  }

  static func notAText(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "this must be a string, not \(value.kindInWords)",
      at: Label(span, value.excerpt))
  }

  static func noConditionArgument(_ word: WaitWord, at span: Span) -> Diagnostic {
    let argument = word.argument ?? ""
    return Diagnostic(
      code: .evaluation.wrongType, "`\(word.rawValue)` needs its \(argument.lowercased())",
      at: Label(span), helps: [Help("write `for \(word.rawValue) \(argument)`")])
  }

  static func notASequence(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "cannot loop over \(value.kindInWords)", at: Label(span),
      helps: [Help("loop over a list, a map or a range such as `1...3`")])
  }

  static func cannotSpread(_ value: Value, into: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "cannot spread \(value.kindInWords) into a \(into)",
      at: Label(span))
  }

  static func keyNotString(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "a key must be a string, not \(value.kindInWords)",
      at: Label(span))
  }

  static func operands(_ symbol: String, _ left: Value, _ right: Value, at span: Span) -> Diagnostic
  {
    Diagnostic(
      code: .evaluation.unfitOperands,
      "`\(symbol)` cannot be applied to \(left.typeName) and \(right.typeName)",
      at: Label(span, "\(left.excerpt) \(symbol) \(right.excerpt)"))
  }

  static func operand(_ symbol: String, _ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.unfitOperands, "`\(symbol)` cannot be applied to \(value.typeName)",
      at: Label(span))
  }

  static func overflow(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.outOfRange, "the result is out of range", at: Label(span),
      notes: ["numbers, sizes and durations have 64 bits; addresses have 32"])
  }

  static func divisionByZero(at span: Span) -> Diagnostic {
    Diagnostic(code: .evaluation.divisionByZero, "division by zero", at: Label(span))
  }

  static func outOfBounds(_ index: Int64, count: Int64, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.indexOutOfBounds, "index \(index) is out of bounds", at: Label(span),
      notes: [
        count == 0 ? "it is empty" : "valid indexes are 0 to \(count - 1), and -1 for the last"
      ])
  }

  static func notCallable(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.notAFunction, "\(value.kindInWords) is not a function", at: Label(span))
  }

  static func argumentCount(_ function: String, expected: String, got: Int, at span: Span)
    -> Diagnostic
  {
    Diagnostic(
      code: .evaluation.argumentCount,
      "`\(function)` takes \(expected) argument\(expected == "1" ? "" : "s"), not \(got)",
      at: Label(span))
  }

  static func missingArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.argumentCount, "`\(function)` needs its argument `\(name)`", at: Label(span)
    )
  }

  static func unknownArgument(
    _ name: String, of function: String, known: [String], at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .evaluation.argumentName, "`\(function)` has no argument `\(name)`", at: Label(span),
      helps: closest(to: name, among: known).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  static func namedArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.argumentName, "`\(function)` takes its arguments by position",
      at: Label(span, "has a name"),
      helps: [Help("remove `\(name):`")])
  }

  static func repeatedArgument(_ name: String, of function: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.argumentName, "argument `\(name)` of `\(function)` is set twice",
      at: Label(span))
  }

  static func argumentType(
    _ function: String, expected: String, _ value: Value, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .evaluation.argumentType, "`\(function)` takes \(expected), not \(value.kindInWords)",
      at: Label(span, value.excerpt))
  }

  static func cannotConvert(_ value: Value, to type: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.conversion, "cannot convert \(value.excerpt) to \(withArticle(type))",
      at: Label(span))
  }

  static func invalidText(_ format: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.malformedText, "this is not \(format)", at: Label(span), notes: [reason])
  }

  static func checkFailed(_ message: String?, text: String, at span: Span, notes: [String])
    -> Diagnostic
  {
    Diagnostic(
      code: .evaluation.checkFailed,
      message.map { "check failed: \($0)" } ?? "check failed: \(text)",
      at: Label(span, "is false"), notes: notes)
  }

  static func hostFunctionFailed(_ name: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.hostFunction, "`\(name)` failed", at: Label(span),
      notes: [excerpt(reason, 1_000)])
  }

  static func duplicateOutput(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.duplicateOutput, "output `\(name)` is set twice", at: Label(span))
  }

  static func verbTarget(_ value: Value, isDeletion: Bool, at span: Span) -> Diagnostic {
    let isResource = if case .resource = value { true } else { false }
    return Diagnostic(
      code: .evaluation.verbTarget,
      "a verb acts on a domain, a name or a list of them, not \(value.kindInWords)",
      at: Label(span),
      helps: isDeletion && isResource
        ? [
          Help(
            "remove its declaration from the script, then run the script with `--prune`; `destroy` "
              + "removes the whole stack")
        ] : [])
  }
}

extension UnknownOrigin {
  /// A description of the unknown value.
  var summary: String {
    resource.isEmpty ? "part of it" : "`\(attribute)` of \(QuotedText.literal(resource))"
  }
}

/// The codes of evaluation and of outputs.
struct EvaluationCodes: DiagnosticTable {
  let unknownDecision = DiagnosticCode.ofScript(
    301, "decision by an unknown value",
    "A live attribute of a resource that does not exist yet is known only after apply. It can be "
      + "passed on and printed, but no decision can depend on it.")
  let wrongType = DiagnosticCode.ofScript(
    302, "wrong type",
    "Conditions are bools, loops go over lists, maps and ranges, names and keys are strings.")
  let unfitOperands = DiagnosticCode.ofScript(
    303, "operator and operands",
    "The operator does not accept these types. The only implicit conversion is int to float in arithmetic."
  )
  let outOfRange = DiagnosticCode.ofScript(
    304, "out of range", "Numbers, sizes and durations have 64 bits; they never wrap around.")
  let divisionByZero = DiagnosticCode.ofScript(
    305, "division by zero", "The right operand of `/` and `%` must not be zero.")
  let indexOutOfBounds = DiagnosticCode.ofScript(
    306, "index out of bounds", "Indexes count from 0; -1 is the last.")
  let notAFunction = DiagnosticCode.ofScript(
    307, "not a function", "Only functions and built-ins can be called.")
  let argumentCount = DiagnosticCode.ofScript(
    308, "number of arguments", "An argument is missing, or there are too many.")
  let argumentName = DiagnosticCode.ofScript(
    309, "argument name",
    "There is no such parameter, or it is already set. Built-in functions and methods take arguments by "
      + "position, as do functions of a host that named no parameters.")
  let argumentType = DiagnosticCode.ofScript(
    310, "type of an argument", "The function expects another type.")
  let conversion = DiagnosticCode.ofScript(
    311, "conversion", "The value has no equivalent in the target type.")
  let malformedText = DiagnosticCode.ofScript(
    312, "malformed text", "The text is not in the format that the function reads.")
  let checkFailed = DiagnosticCode.ofScript(
    313, "check failed", "A `check` of the script is false; the notes show the values of its parts."
  )
  let duplicateOutput = DiagnosticCode.ofScript(
    314, "output set twice", "An output has exactly one value.")
  let wrongOutputType = DiagnosticCode.ofScript(
    320, "wrong type of an output",
    "The program that hosts the script reads the output as another type.")
  let missingOutputOrKey = DiagnosticCode.ofScript(
    321, "missing output or key", "The program that hosts the script requires it.")
  let unreadKey = DiagnosticCode.ofScript(
    322, "key that nothing reads",
    "The program that hosts the script reads no such key; it is probably misspelt.")
  let unfitOutput = DiagnosticCode.ofScript(
    323, "unfit output",
    "The type fits, but the program that hosts the script does not accept this value.")
  let hostFunction = DiagnosticCode.ofScript(
    316, "function of the host",
    "A function of the program that hosts the script failed; the note shows its error.")
  let verbTarget = DiagnosticCode.ofScript(
    315, "target of a verb", "Verbs act on domains: one, a name, a glob, or a list of them.")
}

extension DiagnosticCode {
  /// The codes of evaluation and of outputs.
  static let evaluation = EvaluationCodes()
}

// Values that do not fit the type that the host decodes: VM032x.
extension Diagnostic {
  static func wrongType(
    _ path: String, _ value: Value, expected: String, at span: Span?
  ) -> Diagnostic {
    let isUnknown = if case .unknown = value { true } else { false }
    return Diagnostic(
      code: .evaluation.wrongOutputType,
      "\(subject(path)) must be \(expected), not \(value.kindInWords)",
      at: span.map { Label($0, value.excerpt(60)) },
      notes: isUnknown ? ["a value that only a host knows cannot be decoded"] : [],
      helps: help(value, expected).map { [Help($0)] } ?? [])
  }

  static func missingKey(
    _ key: String, in path: String?, known: [String], at span: Span?
  ) -> Diagnostic {
    let close = closest(to: key, among: known)
    return Diagnostic(
      code: .evaluation.missingOutputOrKey,
      path.map { "\(subject($0)) has no `\(key)`" } ?? "the script has no output `\(key)`",
      at: span.map { Label($0, path == nil ? "no such output" : "no such key") },
      helps: [
        Help(
          close.map { "did you mean `\(key)` instead of `\($0)`?" }
            ?? (path == nil ? "add `output \(key) = …`" : "add `\(key): …`"))
      ])
  }

  static func unreadKey(
    _ key: String, in path: String, known: [String], at span: Span?
  ) -> Diagnostic {
    Diagnostic(
      code: .evaluation.unreadKey, "`\(key)` is not used in \(subject(path))",
      at: span.map { Label($0, "nothing reads this") },
      notes: known.isEmpty ? [] : ["known keys are \(known.joined(separator: ", "))"],
      helps: closest(to: key, among: known).map {
        [Help("did you mean `\($0)`?", span: span, replacement: $0)]
      } ?? [])
  }

  static func unfitValue(
    _ path: String, reason: String?, found: Value, choices: [String], at span: Span?
  ) -> Diagnostic {
    let word = if case .string(let text) = found { text } else { "" }
    return Diagnostic(
      code: .evaluation.unfitOutput, "\(subject(path)) cannot be \(found.excerpt(60))",
      at: span.map { Label($0) },
      notes: [reason].compactMap { $0.map { excerpt($0, 1_000) } }
        + (choices.isEmpty ? [] : ["it can be \(choices.joined(separator: ", "))"]),
      helps: closest(to: word, among: choices).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  private static func subject(_ path: String) -> String {
    path.isEmpty ? "the map of all outputs" : "`\(path)`"
  }

  private static func help(_ value: Value, _ expected: String) -> String? {
    switch value {
    case .int(let number) where expected == ByteSize.scriptType:
      "a size needs a unit: write `\(number)GiB` or `\(number)MiB`"
    case .int(let number) where expected == Duration.scriptType:
      "a duration needs a unit: write `\(number)s`"
    case .string(let text) where expected == Int.scriptType && Int64(text) != nil:
      "write a number without quotes: `\(text)`"
    default: nil
    }
  }
}
