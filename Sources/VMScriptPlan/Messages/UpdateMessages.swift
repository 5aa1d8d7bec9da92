import VMScript
import VMScriptSyntax

/// The wording of what comes of changing what runs: VM0720 to VM0727.
package enum UpdateMessages {
  package static func notLive(_ path: String, of declaration: Declaration, reason: String)
    -> Diagnostic
  {
    Diagnostic(
      .warning, code: .update.notWhileItRuns,
      "the running `\(declaration.name)` does not take the change of `\(path)`",
      at: .init(declaration.nameSpan),
      notes: ["libvirt says: \(reason)", "it is written down, and takes effect at the next start"],
      helps: [restart(declaration)])
  }

  package static func heldDevice(_ paths: String, of declaration: Declaration) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.deviceHeld,
      "the guest of `\(declaration.name)` does not let go of `\(paths)`",
      at: .init(declaration.nameSpan),
      notes: ["it was asked to, and has it until it does or is off"],
      helps: [restart(declaration)])
  }

  package static func notLive(
    network entry: String, of declaration: Declaration, reason: String
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.notWhileNetworkRuns,
      "the running network `\(declaration.name)` does not take a change",
      at: .init(declaration.nameSpan),
      notes: [
        "libvirt says: \(reason)", "of: \(entry)",
        "it is written down, and the next run tries again",
      ])
  }

  package static func notPlugged(_ domain: String, into declaration: Declaration, reason: String)
    -> Diagnostic
  {
    Diagnostic(
      .warning, code: .update.unpluggedGuest,
      "`\(domain)` could not be plugged into `\(declaration.name)` again",
      at: .init(declaration.nameSpan),
      notes: ["libvirt says: \(reason)", "the network was restarted, which unplugs its guests"],
      helps: [.init("run again, or restart it: \(StatementForm.restart(domain))")])
  }

  package static func oldAddresses(_ domains: [String], on declaration: Declaration) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.earlierAddresses,
      "guests of `\(declaration.name)` have addresses of its earlier subnet",
      at: .init(declaration.nameSpan),
      notes: ["these run on it: \(domains.sorted().joined(separator: ", "))"],
      helps: [.init("they get new ones when they renew their lease: `reboot` them")])
  }

  /// An object that changed on the host between its plan and its update, and was planned anew.
  package static func moved(_ planned: Change, _ renewed: Change) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.moved,
      "`\(planned.name)` has changed on the host since it was planned",
      at: planned.span.map { .init($0) },
      notes: ["it was planned anew and changed: \(paths(of: renewed))"])
  }

  /// One of which the new plan would need a confirmation that nobody gave.
  package static func moved(_ planned: Change, _ renewed: Change, _ risk: Change.Risk) -> Diagnostic
  {
    Diagnostic(
      code: .update.moved,
      "`\(planned.name)` has changed on the host since it was planned, and its change now "
        + "\(risk.effect(1))",
      at: planned.span.map { .init($0) },
      notes: ["nothing of it was changed; it would be: \(paths(of: renewed))"],
      helps: [.init("run again: the new plan shows the change")])
  }

  private static func paths(of change: Change) -> String {
    change.properties.map { "`\($0.path)`" }.joined(separator: ", ")
  }

  static func savedState(of declaration: Declaration, delaying paths: [String]) -> Diagnostic {
    let name = declaration.name
    return Diagnostic(
      .warning, code: .update.savedState,
      "`\(name)` has a saved state, and its next start brings the machine back as it was saved",
      at: .init(declaration.nameSpan),
      notes: ["not in effect until the start after that: \(paths.joined(separator: ", "))"],
      helps: [.init("once it runs again, restart it: \(StatementForm.restart(name))")])
  }

  private static func restart(_ declaration: Declaration) -> Diagnostic.Help {
    .init("restart it: \(StatementForm.restart(declaration.name))")
  }
}

/// The codes of updates.
package struct UpdateCodes: DiagnosticTable {
  package init() {}

  let notWhileItRuns = DiagnosticCode.ofHost(
    720, "not while it runs",
    """
    libvirt or the guest refused a change of a running machine that is usually possible. The \
    definition is as declared, so the change takes effect when the machine starts next.
    """)
  let deviceHeld = DiagnosticCode.ofHost(
    721, "device held",
    """
    A device of a running machine goes when its guest lets go of it; one that is still booting, or \
    uses the device, does not. The definition no longer has it.
    """)
  let notWhileNetworkRuns = DiagnosticCode.ofHost(
    722, "not while the network runs",
    """
    libvirt refused to add or remove an entry of a running network. The definition is as declared; \
    the next run finds that the network does not run so, and tries again. Whatever restarts the \
    network brings it into effect too.
    """)
  let unpluggedGuest = DiagnosticCode.ofHost(
    723, "guest not plugged in again",
    """
    A network that restarts loses its bridge, and every guest on it is unplugged. They are plugged \
    in again at once; this one could not be. The next run tries again.
    """)
  let earlierAddresses = DiagnosticCode.ofHost(
    724, "addresses of the earlier subnet",
    """
    The subnet of a network changed while guests ran on it. A guest keeps its address until it \
    renews its lease or starts anew.
    """)
  package let unfitState = DiagnosticCode.ofHost(
    725, "state rules the verb out",
    """
    A guest that is off cannot be rebooted, suspended or resumed, and one that has crashed cannot \
    be suspended or resumed. `start` and `stop` work from every state: a paused guest goes on first.
    """)
  let savedState = DiagnosticCode.ofHost(
    726, "saved state comes back first",
    """
    The guest's memory was saved (`virsh managedsave`), and the next start goes on from there: the \
    machine has the memory, processors and devices that it was saved with. Changes of the \
    definition take effect at the start after that. A saved state is never dropped without \
    confirmation.
    """)
  package let moved = DiagnosticCode.ofHost(
    727, "changed since it was planned",
    """
    Somebody changed the object on the host between the plan and its change. The one change was \
    planned anew from what is there now. Where it now loses data, unplugs guests or restarts \
    something, and did not before, it is not made: the next run shows it in its plan.
    """)
}

extension DiagnosticCode {
  /// The codes of updates.
  package static let update = UpdateCodes()
}
