import VMScriptSyntax

extension Program {
  /// Evaluates without a host and gives every error that shows that way, in the order of the text.
  ///
  /// A required parameter that was not given, and what only a host knows, is unknown; what a script
  /// decides by it is not judged.
  public func check(_ options: EvaluationOptions = EvaluationOptions()) -> [Diagnostic] {
    problems(options, earlier: []).diagnostics
  }

  /// What was found earlier and what an evaluation without a host finds, in the order of the text,
  /// with the values that the names of all modules came to, by slot.
  func problems(
    _ options: EvaluationOptions, earlier: [Diagnostic]
  ) -> (diagnostics: [Diagnostic], globals: [Value?]) {
    var options = options
    options.leavesParametersOpen = true
    let outcome = evaluate(options, host: OfflineHost { _ in }, earlier: earlier)
    return ((earlier + outcome.diagnostics).inOrderOfPlace, outcome.globals)
  }
}

extension EvaluationOptions {
  /// Finds in a program with wrong names what evaluation would refuse whatever it is given.
  static var ofWrongNames: EvaluationOptions {
    var options = EvaluationOptions()
    options.limits = Limits(steps: 1_000_000, memory: .mib(64), time: .seconds(1))
    options.ignoresOutside = true
    return options
  }
}
