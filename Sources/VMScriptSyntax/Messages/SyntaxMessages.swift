/// The wording of every syntax error; ``SyntaxCodes`` explains each code.
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

  /// - Parameter property: the member that the script assigns to; nil for a name.
  static func assignment(at span: Span, to property: String?) -> Diagnostic {
    Diagnostic(
      code: .syntax.unexpectedText, "expected the end of the statement, found `=`",
      at: Diagnostic.Label(span, "names and members cannot be assigned to"),
      helps: [Diagnostic.Help(property.map(declareAgain) ?? bindingForm)])
  }

  /// Returns the advice on changing a property of a resource.
  private static func declareAgain(_ property: String) -> String {
    "to change a resource, repeat its whole declaration with the new value: "
      + "`KIND NAME { …, \(property) = … }`"
  }

  static func unknownStatement(_ word: String, at span: Span) -> Diagnostic {
    let isLoop = Slips.loops.contains(word)
    let meant = isLoop ? nil : StatementStarts.meant(by: word)
    return Diagnostic(
      code: .syntax.unexpectedText, "no statement begins with `\(word)`",
      at: Diagnostic.Label(span, "not a word that begins a statement"),
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
      at: Diagnostic.Label(span, "does not continue an `if`"),
      helps: [
        Diagnostic.Help(
          "write `} else if CONDITION {` on one line", span: span, replacement: "else if")
      ])
  }

  static func elseOnNewLine(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.continuedOnNewLine, "`else` is on its own line",
      at: Diagnostic.Label(span, "the `if` ended with the line above"),
      helps: [Diagnostic.Help("write `} else` on one line")])
  }

  static func braceOnNewLine(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .syntax.continuedOnNewLine, "`{` is on its own line",
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
        ? [] : [Diagnostic.Help("write `a < b && b < c`, or add parentheses")])
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
      at: Diagnostic.Label(span, "a `:` follows the key of a map"),
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
      helps: [Diagnostic.Help("name parts of it with `let`, or put them into a list")])
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
      notes: ["a script may have up to 2 GiB"])
  }

  // MARK: Helps

  static let oneStatementPerLine = "begin a new line, or separate two statements with `;`"
  static let entrySeparator = "separate two entries with `,` or a new line"
  static let bindingForm = "name a value with `let NAME = VALUE`; it cannot be changed later"
  static let letForm = "write `let NAME = VALUE`; the value determines the type"
  static let functionForm = "write `func NAME(PARAMETERS) = VALUE`, or a body in `{ … }`"
  static let parametersForm =
    "write a parameter as `NAME` or `NAME = DEFAULT`, without a type; test the type with `check`"
  static let loopForm = "write `for NAME in LIST`, or `for NAME in 1...9` to count"
  static let onlyLoop =
    "write `for NAME in LIST { … }`, the only loop; to wait, write `wait MACHINE for CONDITION`"
  static let parameterForm = "write `param NAME: TYPE` or `param NAME: TYPE = DEFAULT`"
  static let cloneForm = "write `clone SOURCE as NAME { … }`"
  static let movedForm = "write `moved \"OLD\" => \"NEW\"`"
  static let waitForm = "write `wait MACHINE for CONDITION within 5m`"
  static let conditionalForm = "write `CONDITION ? VALUE : OTHER`"
}

/// The codes of syntax errors.
package struct SyntaxCodes: DiagnosticTable {
  package init() {}

  package let unexpectedText = DiagnosticCode.ofScript(
    101, "unexpected text",
    """
    The parser read up to the marked place and expected something else there; the label says what. \
    A statement ends with its line, at `;` or after the `}` of its block; inside `( )` and `[ ]` \
    lines do not matter.
    """)
  package let unclosedString = DiagnosticCode.ofScript(
    102, "unclosed string",
    """
    A string in `"…"` or `'…'` ends on the line where it began. Write a text of several lines \
    between `\"""` and `\"""`, or raw between `'''` and `'''`.
    """)
  package let unclosedBracket = DiagnosticCode.ofScript(
    103, "unclosed bracket",
    """
    The file ends inside a block, a list or parentheses. The second label shows the bracket that \
    was opened last and never closed; the missing one may also belong further up.
    """)
  package let unclosedInterpolation = DiagnosticCode.ofScript(
    104, "unclosed interpolation",
    """
    `\\(` in a string begins an expression, and `)` ends it. In a string of one line it must \
    end on that line. To write `\\(` itself, write `\\\\(`, or use a raw string: `'\\('`.
    """)
  package let wrongEscape = DiagnosticCode.ofScript(
    105, "wrong escape",
    """
    In `"…"` a backslash begins one of `\\n` `\\t` `\\r` `\\0` `\\"` `\\\\` `\\u{1F600}` or `\\(EXPR)`. \
    For literal backslashes, as in shell text, use a raw string: `'…'`.
    """)
  package let wrongNumber = DiagnosticCode.ofScript(
    106, "wrong number",
    """
    Numbers are `42`, `1_000`, `0xff`, `3.5`; sizes `512MiB`, `20G` (powers of 1024) or `500MB` \
    (powers of 1000); durations `500ms`, `30s`, `5m`, `2h`; addresses `10.0.0.1` and subnets \
    `10.0.0.0/24`. Numbers have 64 bits, sizes are whole bytes and durations whole milliseconds. \
    MAC and IPv6 addresses are written as strings.
    """)
  package let notUTF8 = DiagnosticCode.ofScript(
    107, "not UTF-8",
    """
    A script is UTF-8 text. The marked bytes are not a character: the file may be saved in \
    another encoding, or not be text at all.
    """)
  package let controlCharacter = DiagnosticCode.ofScript(
    108, "control character",
    """
    A script contains no control characters except tabs and line ends, so that it looks the same in \
    every editor and terminal. In a string, write an escape such as `\\u{1B}` instead.
    """)
  package let unknownCharacter = DiagnosticCode.ofScript(
    109, "unknown character",
    """
    The character has no meaning in the language. Typographic quotes, no-break spaces and the \
    ellipsis come from word processors and web pages; the help names the likely replacement.
    """)
  package let bidirectionalControlCharacter = DiagnosticCode.ofScript(
    110, "bidirectional control character",
    """
    Such a character changes the order in which text is shown, so that a script could do something \
    other than what a reader sees. It is refused everywhere, even in comments and strings. If a \
    string needs one, write it as an escape such as `\\u{200F}`.
    """)
  package let multilineLayout = DiagnosticCode.ofScript(
    111, "layout of a multi-line string",
    """
    The text of a multi-line string begins on the line after the opening quotes; the closing \
    quotes are on their own line. The white space before them is stripped from every line, \
    so every line must begin with it. Blank lines need not.
    """)
  package let nestedTooDeeply = DiagnosticCode.ofScript(
    112, "nested too deeply",
    """
    Brackets and blocks may nest 128 deep, and an expression may have 1000 operations in a row. A \
    script written by hand never comes near it; a generated one should use lists and `let`.
    """)
  package let chainedComparison = DiagnosticCode.ofScript(
    113, "chained comparison",
    """
    `a < b < c` would compare a bool with a number. Write `a < b && b < c`, or `b in a...c`.
    """)
  package let returnOutsideFunction = DiagnosticCode.ofScript(
    114, "return outside of a function",
    """
    `return` ends a `func` with a `{ … }` body and sets its value. Elsewhere there is nothing to \
    return from. To pass a value out of the script, write `output NAME = VALUE`.
    """)
  package let reservedWord = DiagnosticCode.ofScript(
    115, "reserved word",
    """
    The words `let param func if else for in import as return true false none` are reserved. All \
    other words, including `image` and `domain`, may be names. After a `.` and as the key of a map, \
    reserved words are allowed too.
    """)
  package let colonAndEqualsConfused = DiagnosticCode.ofScript(
    116, "`:` and `=` confused",
    """
    The body of a resource or block sets properties: `memory = 2GiB`. A map is a value and has \
    entries: `{ memory: 2GiB }`. In a body, `key = { … }` and `key { … }` mean the same, but the \
    braces hold a map in the first and a body in the second.
    """)
  package let continuedOnNewLine = DiagnosticCode.ofScript(
    117, "continued on a new line",
    """
    A statement ends with its line. So the `{` of its block must be on the line where it begins, \
    and `else` must be on the line of the `}` before it.
    """)
  package let tooManyErrors = DiagnosticCode.ofScript(
    118, "too many errors",
    "After a hundred errors the rest of the file is not read; most of them follow from the first.")
  package let fileTooLarge = DiagnosticCode.ofScript(
    119, "file too large", "A script may have up to 2 GiB.")
}

extension DiagnosticCode {
  /// The codes of syntax errors.
  package static let syntax = SyntaxCodes()
}
