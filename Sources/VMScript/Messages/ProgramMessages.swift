import VMScriptSyntax

// Modules, parameters, the stack and limits: VM04xx.
extension Diagnostic {
  static func importFailed(_ path: String, reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importFailed, "cannot import \(QuotedText.literal(path))", at: Label(span),
      notes: [reason],
      helps: [Help("the path is relative to the file that imports")])
  }

  static func importCycle(_ chain: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importCycle, "the imports form a cycle", at: Label(span),
      notes: [chain.joined(separator: " → ")],
      helps: [Help("move what both need into a third file")])
  }

  static func importTooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.importCycle, "imports are nested more than \(limit) deep", at: Label(span),
      helps: [Help("import what is needed in the main file")])
  }

  static func unreadable(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .program.outsideFailed, "\(QuotedText.literal(path)) cannot be read", notes: [reason])
  }

  static func importTooLarge(_ memory: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchMemory, "the sources are too large for a limit of \(memory)",
      at: Label(span, "this one is"))
  }

  static func sourceTooLarge(_ memory: ByteSize, _ source: SourceID) -> Diagnostic {
    Diagnostic(
      code: .program.tooMuchMemory, "the sources are too large for a limit of \(memory)",
      at: Label(Span(source: source, start: 0, length: 0)))
  }

  static func noThread() -> Diagnostic {
    Diagnostic(
      code: .program.noThread, "no thread could be had for the script",
      helps: [Help("allow the process more threads (`ulimit -u`) or addresses (`ulimit -v`)")])
  }

  static func cancelled(at span: Span) -> Diagnostic {
    Diagnostic(code: .program.cancelled, "the evaluation was called off", at: Label(span))
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
          "give it with `--set \(name)=VALUE`"
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
      notes: known.isEmpty ? ["it has none at all"] : ["it has \(known.joined(separator: ", "))"],
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
      code: .program.misplacedStack, "`stack` must stand before the first resource",
      at: Label(span),
      secondary: [Label(earlier, "declared before")])
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
      helps: [Help("a recursive function needs a case in which it does not call itself")])
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
    Diagnostic(code: .program.tooManyErrors, "too many errors: more of them are not shown")
  }
}

/// The codes of modules, parameters and limits.
package struct ProgramCodes: DiagnosticTable {
  package init() {}

  package let importFailed = DiagnosticCode.ofScript(
    401, "import failed", "The file cannot be read; paths are relative to the importing file.")
  package let importCycle = DiagnosticCode.ofScript(
    402, "import cycle", "A file imports itself, by way of others. Move the shared part out.")
  package let missingParameter = DiagnosticCode.ofScript(
    403, "parameter without a value", "It has no default, so the caller must give it.")
  package let wrongParameter = DiagnosticCode.ofScript(
    404, "parameter of a wrong type", "The text does not read as its type.")
  package let unknownParameter = DiagnosticCode.ofScript(
    405, "unknown parameter", "The main script declares no such `param`.")
  package let unfitStackName = DiagnosticCode.ofScript(
    406, "unfit stack name", "A stack's name has \(Program.stackNameRule).")
  package let misplacedStack = DiagnosticCode.ofScript(
    407, "misplaced stack", "The stack is named once, before the first resource.")
  package let tooManySteps = DiagnosticCode.ofScript(
    410, "too many steps", "The limit on steps keeps a run from hanging.")
  package let tooMuchMemory = DiagnosticCode.ofScript(
    411, "too much memory", "The values made are larger than allowed.")
  package let tooDeep = DiagnosticCode.ofScript(
    412, "too deep", "Functions call each other, or lists and maps nest, without an end in sight."
  )
  package let notAllowed = DiagnosticCode.ofScript(
    413, "not allowed", "A script reaches files and environment only where its host allows it.")
  package let outsideFailed = DiagnosticCode.ofScript(
    414, "outside failed", "What lies outside could not be read.")
  package let tooManyErrors = DiagnosticCode.ofScript(
    415, "too many errors",
    "After a hundred errors no more are shown; many follow from the first."
  )
  package let tooMuchOutput = DiagnosticCode.ofScript(
    416, "too much output", "The limit on what is printed keeps logs small.")
  package let tooLong = DiagnosticCode.ofScript(
    417, "too long", "The time of an evaluation is limited; waiting for machines does not count.")
  package let cancelled = DiagnosticCode.ofScript(
    418, "called off", "Who evaluates the script ended the evaluation.")
  package let noThread = DiagnosticCode.ofScript(
    419, "no thread", "The process has no more threads or memory for another evaluation.")
}

extension DiagnosticCode {
  /// The codes of modules, parameters and limits.
  package static let program = ProgramCodes()
}
