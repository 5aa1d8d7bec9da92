import VMScriptSyntax

/// What this module can report, for `vmscript explain`.
public enum RuntimeExplanations {
  /// The code of an error that says that there is no connection.
  public static let noConnection = DiagnosticCode(701)

  /// Every code of plans, XML, images and hosts.
  public static let explanations: [DiagnosticExplanation] =
    XMLExplanations.all + PlanMessages.explanations + StorageMessages.explanations
    + HostMessages.explanations + UpdateMessages.explanations + InspectionMessages.explanations
    + ReachMessages.explanations + LockMessages.explanations + HostMachinesMessages.explanations
}
