import VMScriptSyntax

extension Program {
  /// The stack's name as an evaluation with these options would have it.
  ///
  /// A name that stands there as it is, or that the options give, is known at once; one that the
  /// script computes is evaluated for, without a host.
  ///
  /// - Returns: the name, and why it could not be computed.
  public func resolveStackName(
    _ options: EvaluationOptions = EvaluationOptions()
  ) -> (name: String, diagnostics: [Diagnostic]) {
    let known = stackName(options)
    guard options.stack == nil, declaredStack == nil, hasStackStatement else { return (known, []) }
    let outcome = evaluate(options)
    let name = outcome.declarations.stack
    return (name, name == known ? outcome.diagnostics : [])
  }

  private var hasStackStatement: Bool {
    guard let main = code.modules.last else { return false }
    return code.children(of: main.root).contains { code[$0].kind == .stackStatement }
  }
}
