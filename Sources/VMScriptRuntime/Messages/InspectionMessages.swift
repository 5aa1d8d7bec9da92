import VMScriptPlan
import VMScriptSyntax

/// The wording of what cannot be looked at: VM079x.
enum InspectionMessages {
  private static let listing = "list what is there: `vmscript list`, or `:list` in the shell"

  static func nothingNamed(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notFound, "no object on the host has the name `\(name)`",
      helps: [.init(closest.map { "did you mean `\($0)`?" } ?? listing)])
  }

  static func nothingDeclared(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .inspection.notDeclared, "the script declares no net and no domain `\(name)`",
      helps: closest.map { [.init("did you mean `\($0)`?")] } ?? [])
  }
}

/// The codes of what is shown of a host.
struct InspectionCodes: DiagnosticTable {
  let notFound = DiagnosticCode.ofHost(
    790, "nothing of this name",
    "The host has no domain, no network, no image and no volume that bears the name.")
  let notDeclared = DiagnosticCode.ofHost(
    791, "nothing declared by this name",
    "`vmscript xml FILE NAME` shows what a net or a domain of the script is defined by.")
}

extension DiagnosticCode {
  /// The codes of what is shown of a host.
  static let inspection = InspectionCodes()
}
