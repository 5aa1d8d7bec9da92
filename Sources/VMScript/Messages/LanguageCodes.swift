import VMScriptSyntax

/// The codes of the language, for `vmscript explain`.
public enum LanguageCodes {
  /// The codes of every error that a script without a host can have.
  public static let ofCheck: [DiagnosticCode] =
    SyntaxCodes.codes + NameCodes.codes + EvaluationCodes.codes + ProgramCodes.codes
    + Validation.codes
}
