import VMScriptSyntax

/// The codes of the language, for `vmscript explain`.
public enum LanguageCodes {
  /// The codes of every error of a script that is checked without a host.
  public static let ofCheck: [DiagnosticCode] =
    SyntaxCodes.codes + NameCodes.codes + EvaluationCodes.codes + ProgramCodes.codes
    + Validation.codes
}

extension Diagnostic {
  /// The identity of a diagnostic: two with the same place report the same error.
  struct Place: Hashable {
    let code: DiagnosticCode
    let message: String
    let span: Span?
  }

  var place: Place { Place(code: code, message: message, span: primary?.span) }

  /// Returns whether this reports the same as `other`, at the same place or more precisely.
  func says(_ other: Diagnostic) -> Bool {
    guard let inner = primary?.span, let outer = other.primary?.span, inner.source == outer.source
    else { return false }
    // A name that is bound twice is also a resource that is declared twice.
    if code == .names.duplicateName, other.code == .names.duplicateResource {
      return inner == outer
    }
    return code == other.code && message == other.message && outer.start <= inner.start
      && inner.end <= outer.end
  }
}

extension [Diagnostic] {
  /// Whether one of them is an error.
  public var hasErrors: Bool { contains { $0.severity == .error } }

  /// The diagnostics without a place first, then by file and place.
  var inOrderOfPlace: [Diagnostic] {
    func key(_ offset: Int, _ diagnostic: Diagnostic) -> (Int, Int, Int) {
      guard let span = diagnostic.primary?.span else { return (-1, 0, offset) }
      return (Int(span.source.index), Int(span.start), offset)
    }
    return enumerated().sorted { key($0.offset, $0.element) < key($1.offset, $1.element) }
      .map(\.element)
  }
}
