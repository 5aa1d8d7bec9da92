import VMScriptSyntax

extension Program {
  /// Evaluates the program; blocks the calling thread until it is done.
  ///
  /// Runs on a thread of its own with a large stack, so that a limit of the script's depth is
  /// reached before a limit of the caller's stack; `host` is called from that thread.
  ///
  /// - Returns: outputs and declarations as far as it came, and every error; never throws.
  public func evaluate(
    _ options: EvaluationOptions = EvaluationOptions(), host: any EvaluationHost = OfflineHost()
  ) -> EvaluationOutcome {
    evaluate(options, host: host, earlier: [])
  }

  /// - Parameter earlier: the errors of a program that cannot run, evaluated only to find more.
  func evaluate(
    _ options: EvaluationOptions, host: any EvaluationHost, earlier: [Diagnostic]
  ) -> EvaluationOutcome {
    EvaluationThread.run { evaluateHere(options, host: host, earlier: earlier) }
      ?? EvaluationOutcome(
        outputs: [:], declarations: DeclarationSet(stack: stackName(options)),
        diagnostics: [.noThread()], sources: sources)
  }

  /// The stack's name for these options: given, declared, or the file's base name.
  public func stackName(_ options: EvaluationOptions = EvaluationOptions()) -> String {
    options.stack ?? declaredStack ?? Program.standardStack(for: name)
  }

  private func evaluateHere(
    _ options: EvaluationOptions, host: any EvaluationHost, earlier: [Diagnostic]
  ) -> EvaluationOutcome {
    var evaluator = Evaluator(
      code: code, engine: engine, options: options, host: host, name: name,
      stack: stackName(options),
      earlier: earlier)
    evaluator.run()
    return EvaluationOutcome(
      outputs: evaluator.outputs, declarations: evaluator.registry.set,
      diagnostics: evaluator.diagnostics, sources: code.sources,
      origin: OutputOrigin(code: code, statements: evaluator.outputStatements),
      globals: evaluator.globals)
  }
}
