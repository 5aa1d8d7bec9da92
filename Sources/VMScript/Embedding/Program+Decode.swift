import VMScriptSyntax

extension Program {
  /// Evaluates the program without a host; blocks the calling thread until it is done.
  ///
  ///     let outcome = program.evaluate(parameters: ["replicas": 3, "zones": ["a", "b"]])
  ///     print(outcome.outputs["cores"] ?? .none)
  ///
  /// - Parameter parameters: values of the script's `param`s.
  public func evaluate(parameters: [String: any ScriptValue]) -> EvaluationOutcome {
    evaluate(EvaluationOptions(values: parameters.mapValues(\.scriptValue)))
  }

  /// Evaluates the program and makes a Swift value of its outputs, whose names are the keys.
  ///
  ///     struct Lab: Decodable {
  ///       var cores: Int
  ///       var memory: ByteSize
  ///       var zones: [String]?
  ///     }
  ///     let lab = try program.decode(Lab.self, parameters: ["replicas": 3])
  ///
  /// - Parameters:
  ///   - type: what to make of the outputs.
  ///   - parameters: values of the script's `param`s.
  ///   - options: all else that the evaluation is given.
  /// - Throws: the errors of the script, or where in it stands what does not fit the type.
  public func decode<T: Decodable>(
    _ type: T.Type, parameters: [String: any ScriptValue] = [:],
    options: EvaluationOptions = EvaluationOptions()
  ) throws(ScriptError) -> T {
    var options = options
    options.values.merge(parameters.mapValues(\.scriptValue)) { $1 }
    return try evaluate(options).decode(type)
  }
}
