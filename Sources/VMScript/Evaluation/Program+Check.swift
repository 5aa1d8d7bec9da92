import VMScriptSyntax

extension Program {
  /// Evaluates without a host and gives every error that shows that way.
  ///
  /// A required parameter that was not given, and what only a host knows, is unknown; what a script
  /// decides by it is not judged.
  public func check(_ options: EvaluationOptions = EvaluationOptions()) -> [Diagnostic] {
    var options = options
    let given = Set(options.parameters.keys).union(options.values.keys)
      .union(options.fallbackParameters.keys)
    for name in requiredParameters where !given.contains(name) {
      options.values[name] = .unknown(UnknownOrigin(resource: name, attribute: "value"))
    }
    return evaluate(options, host: OfflineHost()).diagnostics.filter {
      $0.code != Diagnostic.undecided
    }
  }
}
