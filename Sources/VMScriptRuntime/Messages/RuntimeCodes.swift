import VMScriptPlan
import VMScriptSyntax

/// The codes of this module, for `vmscript explain`.
public enum RuntimeCodes {
  /// Every code of plans, XML, images and hosts.
  public static let all: [DiagnosticCode] =
    XMLCodes.codes + PlanCodes.codes + StorageCodes.codes + HostCodes.codes + UpdateCodes.codes
    + InspectionCodes.codes + ReachCodes.codes + LockCodes.codes + MachineCodes.codes
}
