import VMScriptSyntax

/// What compiling a script came to, for whoever shows all diagnostics, warnings included.
public struct Compilation: Sendable {
  /// The program; nil where there are errors.
  public let program: Program?
  /// Errors and warnings. Where only names are wrong, what evaluation would refuse whatever the
  /// parameters is among them, so that one look shows all of it.
  public let diagnostics: [Diagnostic]
  /// What the spans of the diagnostics point into.
  public let sources: SourceMap

  /// The program.
  ///
  /// - Throws: the diagnostics where there are errors.
  public func get() throws(ScriptError) -> Program {
    guard let program, !diagnostics.hasErrors else {
      throw ScriptError(diagnostics, sources: sources)
    }
    return program
  }
}
