/// The wording of every syntax error, in one place; ``SyntaxCodes`` says more on each code.
enum SyntaxMessages {
  static func expected(
    _ expected: String, found: String, at span: Span, opened: Span?
  ) -> Diagnostic {
    let isUnclosed = opened != nil && found == "the end of the file"
    return Diagnostic(
      code: isUnclosed ? .syntax.unclosedBracket : .syntax.unexpectedText,
      "expected \(expected), found \(found)",
      at: Diagnostic.Label(span, isUnclosed ? "the file ends here" : "expected \(expected)"),
      secondary: opened.map { [Diagnostic.Label($0, "opened here")] } ?? [])
  }

  static func lexical(_ error: LexicalError, _ span: Span) -> Diagnostic {
    let (code, message, label, help) = LexicalMessages.parts(error.problem)
    return Diagnostic(
      code: code, message, at: Diagnostic.Label(span, label),
      helps: help.map { [Diagnostic.Help($0)] } ?? [])
  }

  /// - Parameter property: the member that is assigned to; nil for a name.
  static func assignment(at span: Span, to property: String?) -> Diagnostic {
    Diagnostic(
      code: .syntax.unexpectedText, "expected the end of the statement, found `=`",
      at: Diagnostic.Label(span, "nothing is assigned to"),
      helps: [Diagnostic.Help(property.map(declareAgain) ?? bindingForm)])
  }

  /// How a property of a resource is changed.
  private static func declareAgain(_ property: String) -> String {
    "to change a resource, declare it again, whole, with the new value: "
      + "`KIND NAME { …, \(property) = … }`"
  }

  static func unknownStatement(_ word: String, at span: Span) -> Diagnostic {
    let isLoop = Slips.loops.contains(word)
    let meant = isLoop ? nil : StatementStarts.meant(by: word)
    return Diagnostic(
      code: .syntax.unexpectedText, "no statement begins with `\(word)`",
      at: Diagnostic.Label(span, "means nothing before what follows"),
      helps: meant.map {
        [Diagnostic.Help("did you mean `\($0)`?", span: span, replacement: $0)]
      } ?? [Diagnostic.Help(isLoop ? onlyLoop : oneStatementPerLine)])
  }

  static func elseWithoutIf(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.unexpectedText, "expected a statement, found `else`",
      at: Diagnostic.Label(span, "belongs to no `if`"))
  }

  static func elseIf(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.unexpectedText, "expected `else`, found `\(word)`",
      at: Diagnostic.Label(span, "goes on with no `if`"),
      helps: [
        Diagnostic.Help(
          "write `} else if CONDITION {` on one line", span: span, replacement: "else if")
      ])
  }

  static func elseOnNewLine(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.continuedOnNewLine, "`else` stands on a line of its own",
      at: Diagnostic.Label(span, "the `if` ended with the line above"),
      helps: [Diagnostic.Help("write `} else` on one line")])
  }

  static func braceOnNewLine(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.continuedOnNewLine, "`{` stands on a line of its own",
      at: Diagnostic.Label(span, "the statement ended with the line above"),
      helps: [Diagnostic.Help("move the `{` to the end of the line above")])
  }

  static func reservedWord(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.reservedWord, "`\(word)` is a reserved word and cannot be a name",
      at: Diagnostic.Label(span, "reserved"),
      helps: [Diagnostic.Help("choose another name, such as `\(word)_`")])
  }

  static func returnOutsideFunction(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.returnOutsideFunction, "`return` outside of a function",
      at: Diagnostic.Label(span, "nothing to return from"))
  }

  static func chained(_ first: Operator, _ second: Operator, at span: Span) -> Diagnostic {
    let isRange = first.precedence == Operator.closedRange.precedence
    return Diagnostic(
      code: .syntax.chainedComparison, "`\(first.symbol)` and `\(second.symbol)` cannot be chained",
      at: Diagnostic.Label(span, "a second \(isRange ? "range" : "comparison")"),
      helps: isRange
        ? [] : [Diagnostic.Help("write `a < b && b < c`, or set parentheses")])
  }

  static func colonInBody(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.colonAndEqualsConfused, "expected `=` or `{`, found `:`",
      at: Diagnostic.Label(span, "a property is set with `=`"),
      helps: [
        Diagnostic.Help(
          "write `=` here; `:` is for the entries of a map", span: span, replacement: " =")
      ])
  }

  static func equalsInMap(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.colonAndEqualsConfused, "expected `:`, found `=`",
      at: Diagnostic.Label(span, "the key of a map is followed by `:`"),
      helps: [
        Diagnostic.Help(
          "write `:` here; `=` is for the properties of a block", span: span, replacement: ":")
      ])
  }

  static func tooDeep(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.nestedTooDeeply, "nested too deeply",
      at: Diagnostic.Label(span, "the rest of the file was not read"),
      notes: [
        "brackets and blocks may nest \(Parser.maximumDepth) deep, "
          + "an expression may have \(Parser.maximumHeight) operations in a row"
      ],
      helps: [Diagnostic.Help("give parts of it a name with `let`, or put them into a list")])
  }

  static func tooManyErrors(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.tooManyErrors, "too many errors",
      at: Diagnostic.Label(span, "the rest of the file was not read"))
  }

  static func fileTooLarge(_ source: SourceID) -> Diagnostic {
    Diagnostic(
      code: .syntax.fileTooLarge, "the file is too large",
      at: Diagnostic.Label(Span(source: source, start: 0, length: 0)),
      notes: ["a script may have 2 GiB"])
  }

  // MARK: Helps

  static let oneStatementPerLine = "begin a new line, or separate two statements with `;`"
  static let entrySeparator = "separate two entries with `,` or a new line"
  static let bindingForm = "`let NAME = VALUE` gives a value a name; it is never changed"
  static let letForm = "write `let NAME = VALUE`; the type is the value's own"
  static let functionForm = "write `func NAME(PARAMETERS) = VALUE`, or a body in `{ … }`"
  static let parametersForm =
    "a parameter is `NAME` or `NAME = DEFAULT`, without a type; `check` can ask for one"
  static let loopForm = "write `for NAME in LIST`, or `for NAME in 1...9` to count"
  static let onlyLoop =
    "`for NAME in LIST { … }` is the only loop; `wait MACHINE for CONDITION` waits"
  static let parameterForm = "write `param NAME: TYPE` or `param NAME: TYPE = DEFAULT`"
  static let cloneForm = "write `clone SOURCE as NAME { … }`"
  static let waitForm = "write `wait MACHINE for CONDITION within 5m`"
  static let conditionalForm = "write `CONDITION ? VALUE : OTHER`"
}
