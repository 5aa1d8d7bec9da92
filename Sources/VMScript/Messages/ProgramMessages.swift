import VMScriptSyntax

// Modules, parameters, the stack and limits: VM04xx.
extension Diagnostic {
  static func importFailed(_ path: String, reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importFailed, "cannot import \(QuotedText.literal(path))", at: Label(span),
      notes: [reason],
      helps: [Help("write the path relative to the importing file")])
  }

  static func importCycle(_ chain: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importCycle, "the imports form a cycle", at: Label(span),
      notes: [chain.joined(separator: " → ")],
      helps: [Help("move the shared definitions into a third file")])
  }

  static func importTooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importCycle, "imports are nested more than \(limit) deep", at: Label(span),
      helps: [Help("import the files in the main file instead")])
  }

  static func unreadable(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .program.outsideFailed, "\(QuotedText.literal(path)) cannot be read", notes: [reason])
  }

  static func importTooLarge(_ memory: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchMemory, "the sources are too large for a limit of \(memory)",
      at: Label(span, "at this file"))
  }

  static func sourceTooLarge(_ memory: ByteSize, _ source: SourceID) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchMemory, "the sources are too large for a limit of \(memory)",
      at: Label(Span(source: source, start: 0, length: 0)))
  }

  static func noThread() -> Diagnostic {
    Diagnostic(
      code: .program.noThread, "no thread could be started for the script",
      helps: [Help("allow the process more threads (`ulimit -u`) or addresses (`ulimit -v`)")])
  }

  static func cancelled(at span: Span) -> Diagnostic {
    Diagnostic(code: .program.cancelled, "the evaluation was cancelled", at: Label(span))
  }

  static func importPath(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importFailed, "the path of an import must be a plain string", at: Label(span))
  }

  static func missingParameter(_ name: String, type: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.missingParameter, "parameter `\(name)` has no value",
      at: Label(span, "needs \(withArticle(type))"),
      helps: [
        Help(
          "set it with `--set \(name)=VALUE`"
            + (ParameterVariable.name(of: name).map { " or \($0)" } ?? ""))
      ])
  }

  static func wrongParameter(_ name: String, _ value: Value, type: String, at span: Span)
    -> Diagnostic
  {
    Diagnostic(
      code: .program.wrongParameter,
      "parameter `\(name)` takes \(withArticle(type)), not \(value.excerpt)",
      at: Label(span),
      helps: type == "size" ? [Help("write a unit, as in 2GiB")] : [])
  }

  static func unknownParameter(_ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      code: .program.unknownParameter, "the script has no parameter `\(name)`",
      notes: known.isEmpty
        ? ["it has no parameters"] : ["its parameters are \(known.joined(separator: ", "))"],
      helps: closest(to: name, among: known).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  static func invalidStackName(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.unfitStackName, "\(name) cannot be the name of a stack", at: Label(span),
      helps: [Help("use \(Program.stackNameRule)")])
  }

  static func secondStack(at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: .program.misplacedStack, "the stack is named twice", at: Label(span),
      secondary: [Label(earlier, "first here")])
  }

  static func lateStack(at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: .program.misplacedStack, "`stack` must precede the first resource",
      at: Label(span),
      secondary: [Label(earlier, "declared here")])
  }

  static func tooManySteps(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooManySteps, "the script takes more than \(limit) steps", at: Label(span))
  }

  static func tooMuchMemory(_ limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchMemory, "the script's values take more than \(limit)", at: Label(span))
  }

  static func tooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooDeep, "calls are nested more than \(limit) deep", at: Label(span),
      helps: [Help("add a case in which the recursive function does not call itself")])
  }

  static func tooDeepValue(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooDeep, "the value is nested more than \(limit) deep", at: Label(span))
  }

  static func noAccess(_ function: String, at span: Span) -> Diagnostic {
    Diagnostic(code: .program.notAllowed, "`\(function)` is not allowed here", at: Label(span))
  }

  static func outsideFailed(_ function: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.outsideFailed, "`\(function)` failed", at: Label(span), notes: [reason])
  }

  static func tooMuchOutput(_ limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchOutput, "the script prints more than \(limit)", at: Label(span))
  }

  static func tooLong(_ limit: Duration, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooLong, "the script takes longer than \(limit.scriptDescription)",
      at: Label(span))
  }

  static func tooManyErrors() -> Diagnostic {
    Diagnostic(code: .program.tooManyErrors, "too many errors: the rest are not shown")
  }
}

/// The codes of modules, parameters and limits.
package struct ProgramCodes: DiagnosticTable {
  package init() {}

  package let importFailed = DiagnosticCode.ofScript(
    401, "import failed", "The file cannot be read; paths are relative to the importing file.")
  package let importCycle = DiagnosticCode.ofScript(
    402, "import cycle",
    "A file imports itself, directly or through others. Move the shared part into another file.")
  package let missingParameter = DiagnosticCode.ofScript(
    403, "parameter without a value", "The parameter has no default, so it must be set.")
  package let wrongParameter = DiagnosticCode.ofScript(
    404, "parameter of a wrong type", "The value cannot be converted to the parameter's type.")
  package let unknownParameter = DiagnosticCode.ofScript(
    405, "unknown parameter", "The main script declares no such `param`.")
  package let unfitStackName = DiagnosticCode.ofScript(
    406, "invalid stack name", "The name of a stack consists of \(Program.stackNameRule).")
  package let misplacedStack = DiagnosticCode.ofScript(
    407, "misplaced stack", "The stack can be named only once, before the first resource.")
  package let tooManySteps = DiagnosticCode.ofScript(
    410, "too many steps", "The limit on steps prevents endless runs.")
  package let tooMuchMemory = DiagnosticCode.ofScript(
    411, "too much memory", "The values of the script are larger than allowed.")
  package let tooDeep = DiagnosticCode.ofScript(
    412, "too deep", "Calls of functions, or lists and maps, are nested too deeply."
  )
  package let notAllowed = DiagnosticCode.ofScript(
    413, "not allowed", "A script can read files and the environment only if its host allows it.")
  package let outsideFailed = DiagnosticCode.ofScript(
    414, "outside failed", "A file or pattern outside the script could not be read.")
  package let tooManyErrors = DiagnosticCode.ofScript(
    415, "too many errors",
    "After a hundred errors the rest are not shown; many of them follow from the first."
  )
  package let tooMuchOutput = DiagnosticCode.ofScript(
    416, "too much output", "The limit on printed output keeps logs small.")
  package let tooLong = DiagnosticCode.ofScript(
    417, "too long", "The time of an evaluation is limited; waiting for machines does not count.")
  package let cancelled = DiagnosticCode.ofScript(
    418, "cancelled", "The program that evaluates the script cancelled the evaluation.")
  package let noThread = DiagnosticCode.ofScript(
    419, "no thread", "The process has no more threads or memory for another evaluation.")
}

extension DiagnosticCode {
  /// The codes of modules, parameters and limits.
  package static let program = ProgramCodes()
}
