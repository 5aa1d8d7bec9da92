import VMScriptSyntax

extension Program {
  /// Evaluates without a host and gives every error that shows that way, in the order of the text.
  ///
  /// A required parameter that was not given, and what only a host knows, is unknown; what a script
  /// decides by it is not judged.
  ///
  /// - Parameters:
  ///   - options: all that the evaluation is given.
  ///   - judge: finds what a host's own rules say against the declarations of a script that has no
  ///     other error.
  public func check(
    _ options: EvaluationOptions = EvaluationOptions(),
    judge: (DeclarationSet) -> [Diagnostic] = { _ in [] }
  ) -> [Diagnostic] {
    problems(options, earlier: [], judge: judge).diagnostics
  }

  /// What was found earlier and what an evaluation without a host finds, in the order of the text,
  /// with the values that the names of all modules came to, by slot.
  package func problems(
    _ options: EvaluationOptions, earlier: [Diagnostic],
    judge: (DeclarationSet) -> [Diagnostic] = { _ in [] }
  ) -> (diagnostics: [Diagnostic], globals: [Value?]) {
    var options = options
    options.leavesParametersOpen = true
    let outcome = evaluate(options, host: OfflineHost { _ in }, earlier: earlier)
    let found = earlier + outcome.diagnostics
    let hasErrors = found.contains { $0.severity == .error }
    let judged = hasErrors ? [] : judge(outcome.declarations)
    return ((found + judged).inOrderOfPlace, outcome.globals)
  }
}

extension EvaluationOptions {
  /// Finds in a program with wrong names what evaluation would refuse whatever it is given.
  package static var ofWrongNames: EvaluationOptions {
    var options = EvaluationOptions()
    options.limits = Limits(steps: 1_000_000, memory: .mib(64), time: .seconds(1))
    options.ignoresOutside = true
    return options
  }
}
