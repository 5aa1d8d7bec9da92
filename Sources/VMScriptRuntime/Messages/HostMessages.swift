import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The codes of this module, for `vmscript explain`.
public enum RuntimeCodes {
  /// Every code of plans, XML, images and hosts.
  public static let all: [DiagnosticCode] =
    XMLCodes.codes + PlanCodes.codes + StorageCodes.codes + HostCodes.codes + UpdateCodes.codes
    + InspectionCodes.codes + ReachCodes.codes + LockCodes.codes + MachineCodes.codes
}

/// The wording of what the host refuses or fails at: VM07xx.
enum HostMessages {
  static func connectionLost(_ doing: String, at span: Span?, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .host.connectionLost, "the connection was lost while \(doing)",
      at: span.map { .init($0) },
      notes: ["libvirt says: \(reason)", "what was not attempted yet is left for the next run"],
      helps: [.init("run it again once the host answers: it continues from what is there")])
  }

  /// - Parameter subject: the object that the call was made on, which is named unless it is what is
  ///   being done something with.
  static func failed(
    _ doing: String, at span: Span?, _ reason: String, of subject: LibvirtError.Subject? = nil
  ) -> Diagnostic {
    let object = subject.map { "the \($0.kind) `\($0.name)`" }
    let isNamed = subject.map { doing.contains("`\($0.name)`") } ?? true
    return Diagnostic(
      code: .host.libvirtRefused, "\(doing) failed", at: span.map { .init($0) },
      notes: ["libvirt says\(isNamed ? "" : object.map { " of \($0)" } ?? ""): \(reason)"])
  }

  /// - Parameter unfinished: what goes on by itself, in words such as ``creating the domain `web` ``.
  static func cancelled(
    _ doing: String, leaving unfinished: [String] = [], at span: Span?
  ) -> Diagnostic {
    Diagnostic(
      code: .host.cancelled, "\(doing) was cancelled", at: span.map { .init($0) },
      notes: unfinished.map { "still running on the host: \($0)" })
  }

  static func unreadable(_ doing: String, at span: Span?, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .host.unreadableDefinition,
      "\(doing) failed: the host gave a definition that cannot be read",
      at: span.map { .init($0) }, notes: [error.description])
  }

  static func missing(
    _ name: String, _ kind: ResourceKind = .domain, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .host.noSuchResource, "there is no \(kind.rawValue) `\(name)`",
      at: .init(span, "not on the host"))
  }

  static func notOwned(_ name: String, stack: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.notOfStack, "the stack `\(stack)` does not own `\(name)`", at: .init(span),
      notes: ["only what the stack made is deleted"])
  }

  static func noSnapshot(_ name: String, of domain: String, at span: Span) -> Diagnostic {
    Diagnostic(code: .host.noSuchSnapshot, "`\(domain)` has no snapshot `\(name)`", at: .init(span))
  }

  static func snapshotRefused(_ domain: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.snapshotNotPossible, "no snapshot can be made of `\(domain)`", at: .init(span),
      notes: ["libvirt says: \(reason)"],
      helps: [.init("declare every disk that the guest writes to with `format = qcow2`")])
  }

  /// - Parameters:
  ///   - reason: why what is awaited is not so, if that is known.
  ///   - help: the remedy, where more time is none.
  static func timeout(
    _ domain: String, awaited: String, state: String, _ reason: String = "", at span: Span,
    help: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      code: .host.timedOut, "`\(domain)`: no \(awaited) in time", at: .init(span),
      notes: ["its state is \(state)"] + (reason.isEmpty ? [] : [reason]),
      helps: [.init(help ?? "give it longer: `within 10m`")])
  }

  static func conditionTimeout(_ states: [(name: String, state: String)], at span: Span)
    -> Diagnostic
  {
    Diagnostic(
      code: .host.timedOut, "the condition was not true in time", at: .init(span),
      notes: states.map { "`\($0.name)` is \($0.state)" },
      helps: [.init("give it longer: `within 10m`")])
  }

  static func noAgent(_ domain: String, for condition: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.noGuestAgent, "`\(domain)` has no channel to a guest agent", at: .init(span),
      notes: ["waiting for `\(condition)` asks the QEMU guest agent inside of it"],
      helps: [
        .init("declare `agent = true`, and install `qemu-guest-agent` in the guest"),
        .init("or wait for `ip` or `ssh`, which need no agent"),
      ])
  }

  static func cloudInitUnreachable(_ domain: String, _ reason: String, at span: Span) -> Diagnostic
  {
    Diagnostic(
      code: .host.unaskableCloudInit, "cloud-init of `\(domain)` cannot be asked", at: .init(span),
      notes: ["libvirt says: \(reason)"],
      helps: [
        .init("see that cloud-init is installed in the guest and that its agent may run commands")
      ])
  }

  static func cloudInitFailed(_ domain: String, says output: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.cloudInitFailed, "cloud-init of `\(domain)` failed", at: .init(span),
      notes: output.isEmpty ? [] : ["cloud-init says: \(output)"],
      helps: [.init("look at /var/log/cloud-init-output.log in the guest")])
  }

  /// - Parameter deletions: the domains that a verb was about to delete.
  static func refused(_ changes: [Change], deletions: [Deletion] = [], at span: Span? = nil)
    -> Diagnostic
  {
    let notes =
      changes.compactMap { change in
        change.risk.map {
          note($0, change.action, "\(change.kind.rawValue) `\(change.name)`")
        }
      }
      + deletions.map { note($0.losesData ? .losesData : .deletes, .delete, "domain `\($0.name)`") }
    return Diagnostic(
      code: .host.needsConfirmation, "the plan needs confirmation",
      at: (changes.first?.span ?? span).map { .init($0) },
      notes: notes + ["nothing was changed"],
      helps: [.init("confirm it at a terminal, or pass `--yes`")])
  }

  /// The effect of a change that needs confirmation, in words.
  private static func note(
    _ risk: Change.Risk, _ action: Change.Action, _ resource: String
  ) -> String {
    switch risk {
    case .losesData: "\(action.gerund) the \(resource) loses data"
    case .unplugsGuests: "\(action.gerund) the \(resource) unplugs guests"
    case .restartsDomain: "\(action.gerund) the \(resource) restarts it"
    case .deletes: "the \(resource) is to be deleted"
    }
  }

  /// Several failures of one verb as one diagnostic: the first with the others beside it.
  static func joined(_ first: Diagnostic, _ others: some Sequence<Diagnostic>) -> Diagnostic {
    var joined = first
    joined.notes += others.map { "besides: \($0.message)" }
    return joined
  }

  /// Any error of a call, in the words of what was being done.
  static func diagnostic(_ error: any Error, _ doing: String, at span: Span?) -> Diagnostic {
    switch error {
    case let error as Diagnostic: error
    case let error as StorageFailure: StorageMessages.diagnostic(error, at: span)
    case let error as LibvirtError where error.isConnectionLost:
      connectionLost(doing, at: span, error.message)
    case let error as LibvirtError: failed(doing, at: span, error.message, of: error.subject)
    case let error as MalformedXML: unreadable(doing, at: span, error)
    case is CancellationError: cancelled(doing, at: span)
    default: failed(doing, at: span, String(describing: error))
    }
  }

  /// Whether nothing more can be done after this.
  static func endsEverything(_ diagnostic: Diagnostic) -> Bool {
    ([.host.noConnection, .host.connectionLost, .host.cancelled] as [DiagnosticCode]).contains(
      diagnostic.code)
  }
}

/// The codes of hosts and verbs.
package struct HostCodes: DiagnosticTable {
  package init() {}

  package let noConnection = DiagnosticCode.ofHost(
    701, "no connection",
    """
    The host does not answer at this URI. Another one is never taken instead. Start its libvirtd, \
    or name another host with `--connect`.
    """)
  package let connectionLost = DiagnosticCode.ofHost(
    702, "connection lost",
    """
    The host stopped answering in the middle. Nothing is rolled back: the next run reads what is \
    there and does the rest.
    """)
  package let libvirtRefused = DiagnosticCode.ofHost(
    703, "libvirt refused",
    "A call failed; libvirt's own words stand in the note, with the object that the call was made on."
  )
  package let cancelled = DiagnosticCode.ofHost(
    704, "cancelled",
    """
    What was not begun is done by the next run; what was begun and is not waited for may still \
    come to its end.
    """)
  package let unreadableDefinition = DiagnosticCode.ofHost(
    705, "unreadable definition", "The host gave a document that cannot be read.")
  package let noSuchResource = DiagnosticCode.ofHost(
    706, "no such resource",
    "A verb names a domain that is not there, or an attribute is read of what is not there.")
  package let notOfStack = DiagnosticCode.ofHost(
    707, "not the stack's",
    "`delete` removes only what the stack made; other domains are left untouched.")
  package let noSuchSnapshot = DiagnosticCode.ofHost(
    708, "no such snapshot", "The domain has no snapshot of this name.")
  package let timedOut = DiagnosticCode.ofHost(
    709, "waited in vain",
    "What was waited for did not happen in time. A longer limit is written `within 10m`.")
  package let noGuestAgent = DiagnosticCode.ofHost(
    710, "no guest agent",
    """
    `wait … for agent` and `for cloud_init` ask the QEMU guest agent inside the guest, over a \
    channel that the domain has to have: declare `agent = true`.
    """)
  package let stackInUse = DiagnosticCode.ofHost(
    711, "stack in use",
    """
    Two runs of one stack would make and remove the same things at once, so the second one is \
    refused, whichever user, environment or machine it comes from. On one machine, the lock is a \
    name that the kernel frees with the process that holds it, however that ends. For other \
    machines, a run shows its claim as an empty volume `vmscript-lock.…` in the host's storage \
    pool and renews it every 20 seconds. A claim that a killed run left behind is removed by the \
    next run from the same machine at once, and by one from another machine after two minutes.
    """)
  package let needsConfirmation = DiagnosticCode.ofHost(
    712, "needs confirmation",
    "A plan that loses data or restarts a network is applied once it is confirmed, or with `--yes`."
  )
  package let unaskableCloudInit = DiagnosticCode.ofHost(
    713, "cloud-init cannot be asked",
    """
    The guest agent answers, but could not run `cloud-init status` in the guest: it is not \
    installed there, or the agent's configuration blocks `guest-exec`.
    """)
  package let cloudInitFailed = DiagnosticCode.ofHost(
    714, "cloud-init failed", "cloud-init in the guest ended with an error; its words are noted.")
  package let noLock = DiagnosticCode.ofHost(
    715, "no lock",
    """
    A run takes a name of this machine, an abstract Unix socket, so that no other run of the same \
    stack goes on at the same time. The system refused it; the note says why.
    """)
  package let snapshotNotPossible = DiagnosticCode.ofHost(
    716, "snapshot not possible",
    """
    A snapshot lies in the qcow2 images of all disks that the guest writes to. A raw disk has no \
    room for one, and a guest with UEFI cannot be kept so before libvirt 10.10.
    """)
}

extension DiagnosticCode {
  /// The codes of hosts and verbs.
  package static let host = HostCodes()
}

extension HostMessages {
  /// Why a connection cannot be opened, and what is likely to help.
  static func noConnection(_ uri: String?, _ error: any Error) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    if error is CancellationError { return cancelled("connecting", at: nil) }
    let failure = error as? LibvirtError
    let text = failure?.message ?? String(describing: error)
    // The binding's words before libvirt's own say what the title says.
    let prefix = "cannot connect to \(uri ?? "libvirt's default URI"): "
    let reason = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    if failure?.isNoAnswer ?? false {
      return Diagnostic(
        code: .host.noConnection,
        "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
        notes: [reason, "the connection was accepted or is still being made"],
        helps: [
          .init("check whether libvirtd on that host hangs, and restart it"),
          .init("wait longer: `--connect-timeout 2m`"),
        ])
    }
    return Diagnostic(
      code: .host.noConnection,
      "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
      notes: ["libvirt says: \(reason)"],
      helps: [
        .init(remedy(uri ?? "", reason)),
        .init("to try a script without any host: `--connect test:///default`"),
      ])
  }

  /// What a slow connection is waited for, after "waiting for".
  static func answer(of uri: String?) -> String { "\(uri ?? "libvirt's default host") to answer" }

  /// By what libvirt says, and else by the kind of the URI.
  private static func remedy(_ uri: String, _ reason: String) -> String {
    if reason.contains("Permission denied") || reason.contains("uthenticat") {
      return "let this user in, as a member of the group `libvirt`, or try qemu:///session"
    }
    if reason.contains("no connection driver") {
      return "name a host as in qemu:///system or qemu+ssh://HOST/system"
    }
    if uri.contains("+ssh://") { return "see whether `ssh` to that host works without a question" }
    if uri.contains("+tcp://") || uri.contains("+tls://") {
      return "see whether the host's libvirtd listens on the network"
    }
    if uri.hasPrefix("test://") { return "name a file that describes a test host" }
    return "start libvirtd, as with `systemctl start libvirtd`, or name another host"
  }
}

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
