import VMScript
import VMScriptSyntax

/// The wording of what comes of changing what runs: VM0720 to VM0729.
enum UpdateMessages {
  static func notLive(_ path: String, of declaration: Declaration, reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: 720,
      "the running `\(declaration.name)` does not take the change of `\(path)`",
      at: .init(declaration.nameSpan),
      notes: ["libvirt says: \(reason)", "it is written down, and takes effect at the next start"],
      helps: [restart(declaration)])
  }

  static func heldDevice(_ paths: String, of declaration: Declaration) -> Diagnostic {
    Diagnostic(
      .warning, code: 721,
      "the guest of `\(declaration.name)` does not let go of `\(paths)`",
      at: .init(declaration.nameSpan),
      notes: ["it was asked to, and has it until it does or is off"],
      helps: [restart(declaration)])
  }

  private static func restart(_ declaration: Declaration) -> Diagnostic.Help {
    .init("restart it: `stop \(declaration.name)`, then `start \(declaration.name)`")
  }

  /// What each code means, for `vmscript explain`.
  static let explanations: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      720, "not while it runs",
      """
      libvirt or the guest refused a change of a running machine that is usually possible. The \
      definition is as declared, so the change takes effect when the machine starts next.
      """),
    DiagnosticExplanation(
      721, "device held",
      """
      A device of a running machine goes when its guest lets go of it; one that is still booting, or \
      uses the device, does not. The definition no longer has it.
      """),
  ]
}
