import VMScriptSyntax

extension Program {
  /// Evaluates without a host and gives every error that shows that way, in the order of the text.
  ///
  /// A required parameter that was not given, and what only a host knows, is unknown; what a script
  /// decides by it is not judged.
  public func check(_ options: EvaluationOptions = EvaluationOptions()) -> [Diagnostic] {
    problems(options, earlier: [])
  }

  /// What was found earlier and what an evaluation without a host finds, in the order of the text.
  func problems(_ options: EvaluationOptions, earlier: [Diagnostic]) -> [Diagnostic] {
    var options = options
    options.leavesParametersOpen = true
    let outcome = evaluate(options, host: OfflineHost { _ in }, earlier: earlier)
    return (earlier + outcome.diagnostics).inOrderOfPlace
  }
}
