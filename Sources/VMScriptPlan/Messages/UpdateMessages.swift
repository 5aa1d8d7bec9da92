import VMScript
import VMScriptSyntax

/// The messages about changes of running objects: VM0720 to VM0727.
package enum UpdateMessages {
  package static func notLive(_ path: String, of declaration: Declaration, reason: String)
    -> Diagnostic
  {
    Diagnostic(
      .warning, code: .update.notWhileItRuns,
      "the running `\(declaration.name)` does not accept the change of `\(path)`",
      at: .init(declaration.nameSpan),
      notes: [
        "libvirt says: \(reason)", "it is in the definition, and takes effect at the next start",
      ],
      helps: [restart(declaration)])
  }

  package static func heldDevice(_ paths: String, of declaration: Declaration) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.deviceHeld,
      "the guest of `\(declaration.name)` does not release `\(paths)`",
      at: .init(declaration.nameSpan),
      notes: ["the device stays attached until the guest releases it or stops"],
      helps: [restart(declaration)])
  }

  package static func notLive(
    network entry: String, of declaration: Declaration, reason: String
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.notWhileNetworkRuns,
      "the running network `\(declaration.name)` does not accept a change",
      at: .init(declaration.nameSpan),
      notes: [
        "libvirt says: \(reason)", "entry: \(entry)",
        "it is in the definition, and the next run tries again",
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
      "guests of `\(declaration.name)` have addresses of its previous subnet",
      at: .init(declaration.nameSpan),
      notes: ["these run on it: \(domains.sorted().joined(separator: ", "))"],
      helps: [.init("they get new ones when they renew their lease: `reboot` them")])
  }

  /// Warns about an object that changed on the host after it was planned, and was planned again.
  package static func moved(_ planned: Change, _ renewed: Change) -> Diagnostic {
    Diagnostic(
      .warning, code: .update.moved,
      "`\(planned.name)` has changed on the host since it was planned",
      at: planned.span.map { .init($0) },
      notes: ["it was planned again and changed: \(paths(of: renewed))"])
  }

  /// Reports an object whose new plan needs a confirmation that was not given.
  package static func moved(_ planned: Change, _ renewed: Change, _ risk: Change.Risk) -> Diagnostic
  {
    Diagnostic(
      code: .update.moved,
      "`\(planned.name)` has changed on the host since it was planned, and its change now "
        + "\(risk.effect(1))",
      at: planned.span.map { .init($0) },
      notes: ["it was not changed; these would change: \(paths(of: renewed))"],
      helps: [.init("run again: the new plan shows the change")])
  }

  private static func paths(of change: Change) -> String {
    change.properties.map { "`\($0.path)`" }.joined(separator: ", ")
  }

  static func savedState(of declaration: Declaration, delaying paths: [String]) -> Diagnostic {
    let name = declaration.name
    return Diagnostic(
      .warning, code: .update.savedState,
      "`\(name)` has a saved state, which its next start restores",
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
    720, "refused while it runs",
    """
    libvirt or the guest refused a change of a running machine that is usually possible. The \
    definition is as declared, so the change takes effect at the next start of the machine.
    """)
  let deviceHeld = DiagnosticCode.ofHost(
    721, "device held",
    """
    A device of a running machine is removed when its guest releases it. A guest that is still booting, \
    or that uses the device, does not release it. The definition no longer contains the device.
    """)
  let notWhileNetworkRuns = DiagnosticCode.ofHost(
    722, "refused while the network runs",
    """
    libvirt refused to add or remove an entry of a running network. The definition is as declared; \
    the next run finds the difference and tries again. A restart of the network also applies the \
    change.
    """)
  let unpluggedGuest = DiagnosticCode.ofHost(
    723, "guest not plugged in again",
    """
    A restart of a network removes its bridge and unplugs every guest on it. The run plugs them in \
    again at once, which failed for this guest. The next run tries again.
    """)
  let earlierAddresses = DiagnosticCode.ofHost(
    724, "addresses of the previous subnet",
    """
    The subnet of a network changed while guests ran on it. A guest keeps its address until it \
    renews its lease or restarts.
    """)
  package let unfitState = DiagnosticCode.ofHost(
    725, "verb not possible in this state",
    """
    A stopped guest cannot be rebooted, suspended or resumed, and a crashed one cannot be suspended \
    or resumed. `start` and `stop` work from every state: they resume a paused guest first.
    """)
  let savedState = DiagnosticCode.ofHost(
    726, "saved state is restored first",
    """
    The guest's memory was saved (`virsh managedsave`), and the next start restores it: the machine \
    has the memory, processors and devices that it was saved with. Changes of the definition take \
    effect at the start after that. A saved state is never discarded without confirmation.
    """)
  package let moved = DiagnosticCode.ofHost(
    727, "changed since it was planned",
    """
    Somebody changed the object on the host between the plan and its change. The change was planned \
    again from the present state. If it now loses data, unplugs guests or restarts something, and \
    did not before, it is not applied: the next run shows it in its plan.
    """)
}

extension DiagnosticCode {
  /// The codes of updates.
  package static let update = UpdateCodes()
}
