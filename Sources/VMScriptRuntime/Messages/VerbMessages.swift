import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The wording of what verbs cannot do.
enum VerbMessages {
  /// A verb that a guest's state rules out.
  static func unfitState(
    _ state: LiveDomain.State, of domain: String, for verb: PowerVerb, at span: Span
  ) -> Diagnostic {
    let (past, help): (String, String) =
      switch state {
      case .stopped: ("stopped", "start it first: `\(StatementForm.verb("start", domain))`")
      case .crashed: ("crashed", "start it anew: `\(StatementForm.verb("start", domain))`")
      case .suspended:
        (
          "asleep by its own power management",
          "wake it first: `\(StatementForm.verb("resume", domain))`"
        )
      case .running, .paused: (state.rawValue, "wait a moment and try again")
      }
    let action =
      switch verb {
      case .start: "started"
      case .stop: "stopped"
      case .reboot: "rebooted"
      case .suspend: "suspended"
      case .resume: "resumed"
      }
    return Diagnostic(
      code: .update.unfitState, "`\(domain)` cannot be \(action): it is \(past)", at: .init(span),
      helps: [.init(help)])
  }
}
