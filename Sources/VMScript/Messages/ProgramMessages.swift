import VMScriptSyntax

// Modules, parameters, the stack and limits: VM04xx.
extension Diagnostic {
  static func importFailed(_ path: String, reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 401, "cannot import \(QuotedText.literal(path))", at: Label(span), notes: [reason],
      helps: [Help("the path is relative to the file that imports")])
  }

  static func importCycle(_ chain: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      code: 402, "the imports form a cycle", at: Label(span),
      notes: [chain.joined(separator: " → ")],
      helps: [Help("move what both need into a third file")])
  }

  static func importTooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 402, "imports are nested more than \(limit) deep", at: Label(span),
      helps: [Help("import what is needed in the main file")])
  }

  static func unreadable(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(code: 414, "\(QuotedText.literal(path)) cannot be read", notes: [reason])
  }

  static func importTooLarge(_ memory: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 411, "the sources are too large for a limit of \(memory)",
      at: Label(span, "this one is"))
  }

  static func sourceTooLarge(_ memory: ByteSize, _ source: SourceID) -> Diagnostic {
    Diagnostic(
      code: 411, "the sources are too large for a limit of \(memory)",
      at: Label(Span(source: source, start: 0, length: 0)))
  }

  static func noThread() -> Diagnostic {
    Diagnostic(
      code: 419, "no thread could be had for the script",
      helps: [Help("allow the process more threads (`ulimit -u`) or addresses (`ulimit -v`)")])
  }

  static func cancelled(at span: Span) -> Diagnostic {
    Diagnostic(code: 418, "the evaluation was called off", at: Label(span))
  }

  static func importPath(at span: Span) -> Diagnostic {
    Diagnostic(code: 401, "the path of an import must be a plain string", at: Label(span))
  }

  static func missingParameter(_ name: String, type: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 403, "parameter `\(name)` has no value", at: Label(span, "needs \(withArticle(type))"),
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
      code: 404, "parameter `\(name)` takes \(withArticle(type)), not \(value.excerpt)",
      at: Label(span),
      helps: type == "size" ? [Help("write a unit, as in 2GiB")] : [])
  }

  static func unknownParameter(_ name: String, known: [String]) -> Diagnostic {
    Diagnostic(
      code: 405, "the script has no parameter `\(name)`",
      notes: known.isEmpty ? ["it has none at all"] : ["it has \(known.joined(separator: ", "))"],
      helps: closest(to: name, among: known).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  static func invalidStackName(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 406, "\(name) cannot be the name of a stack", at: Label(span),
      helps: [Help("use \(Program.stackNameRule)")])
  }

  static func secondStack(at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: 407, "the stack is named twice", at: Label(span),
      secondary: [Label(earlier, "first here")])
  }

  static func lateStack(at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: 407, "`stack` must stand before the first resource", at: Label(span),
      secondary: [Label(earlier, "declared before")])
  }

  static func tooManySteps(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(code: 410, "the script takes more than \(limit) steps", at: Label(span))
  }

  static func tooMuchMemory(_ limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 411, "the script's values take more than \(limit)", at: Label(span))
  }

  static func tooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 412, "calls are nested more than \(limit) deep", at: Label(span),
      helps: [Help("a recursive function needs a case in which it does not call itself")])
  }

  static func tooDeepValue(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(code: 412, "the value is nested more than \(limit) deep", at: Label(span))
  }

  static func noAccess(_ function: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 413, "`\(function)` is not allowed here", at: Label(span))
  }

  static func outsideFailed(_ function: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(code: 414, "`\(function)` failed", at: Label(span), notes: [reason])
  }

  static func tooMuchOutput(_ limit: ByteSize, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 416, "the script prints more than \(limit)", at: Label(span))
  }

  static func tooLong(_ limit: Duration, at span: Span) -> Diagnostic {
    Diagnostic(
      code: 417, "the script takes longer than \(limit.scriptDescription)", at: Label(span))
  }

  static func tooManyErrors() -> Diagnostic {
    Diagnostic(code: 415, "too many errors: more of them are not shown")
  }
}
