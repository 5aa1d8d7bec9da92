import Libvirt
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptSyntax

/// The codes of this module, for `vmscript explain`.
public enum RuntimeCodes {
  /// Every code of plans, XML, images and hosts.
  public static let all: [DiagnosticCode] =
    XMLCodes.codes + ImportCodes.codes + PlanCodes.codes + StorageCodes.codes + SeedCodes.codes
    + CustomizationCodes.codes + HostCodes.codes
    + UpdateCodes.codes + MovePlanCodes.codes + ProtectionCodes.codes
    + InspectionCodes.codes + ReachCodes.codes + LockCodes.codes + TestCodes.codes
    + MachineCodes.codes + DoctorCodes.codes
    + ImageCodes.codes
}

/// Messages about failures and refusals of the host: VM07xx.
enum HostMessages {
  static func connectionLost(_ doing: String, at span: Span?, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .host.connectionLost, "the connection was lost while \(doing)",
      at: span.map { .init($0) },
      notes: [
        "libvirt says: \(reason)", "changes that were not attempted are left to the next run",
      ],
      helps: [.init("run it again once the host answers: it continues from the current state")])
  }

  /// - Parameter subject: the object of the call; the note names it unless `doing` does.
  static func failed(
    _ doing: String, at span: Span?, _ reason: String, of subject: LibvirtError.Subject? = nil
  ) -> Diagnostic {
    let object = subject.map { "the \($0.kind) `\($0.name)`" }
    let isNamed = subject.map { doing.contains("`\($0.name)`") } ?? true
    return Diagnostic(
      code: .host.libvirtRefused, "\(doing) failed", at: span.map { .init($0) },
      notes: ["libvirt says\(isNamed ? "" : object.map { " of \($0)" } ?? ""): \(reason)"])
  }

  /// - Parameter unfinished: descriptions of unfinished work, such as ``creating the domain `web` ``.
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
      "\(doing) failed: the host returned a definition that cannot be read",
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
      notes: ["only resources that the stack created are deleted"])
  }

  static func noSnapshot(
    _ name: String, of domain: String, known: [String], at span: Span
  ) -> Diagnostic {
    let near = closest(to: name, among: known).map { "did you mean `\($0)`?" }
    let list = known.sorted().prefix(10).map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      code: .host.noSuchSnapshot, "`\(domain)` has no snapshot `\(name)`", at: .init(span),
      notes: known.isEmpty ? ["it has no snapshots"] : ["it has \(list)"],
      helps: near.map { [.init($0)] } ?? [])
  }

  static func snapshotRefused(_ domain: String, _ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.snapshotNotPossible, "cannot take a snapshot of `\(domain)`", at: .init(span),
      notes: ["libvirt says: \(reason)"],
      helps: [.init("declare every disk that the guest writes to with `format = qcow2`")])
  }

  /// - Parameters:
  ///   - awaited: the object of the wait, such as `an address`.
  ///   - report: the progress of the guest's start.
  ///   - reason: the reason of the last check, if it is known.
  ///   - help: the remedy; nil if more time is the only one.
  ///   - mayNeedTime: whether more time may help too.
  static func timeout(
    _ domain: String, awaited: String, _ report: GuestReport, _ reason: String = "", at span: Span,
    help: String? = nil, mayNeedTime: Bool = false
  ) -> Diagnostic {
    Diagnostic(
      code: .host.timedOut, "timed out waiting for \(awaited) of `\(domain)`", at: .init(span),
      notes: (reason.isEmpty ? [] : [reason]) + report.notes,
      helps: [.init(help ?? "wait longer: `within 10m`")]
        + (help != nil && mayNeedTime ? [.init("or wait longer: `within 10m`")] : []))
  }

  static func conditionTimeout(_ states: [(name: String, state: String)], at span: Span)
    -> Diagnostic
  {
    Diagnostic(
      code: .host.timedOut, "timed out waiting for the condition", at: .init(span),
      notes: states.map { "`\($0.name)` is \($0.state)" },
      helps: [.init("wait longer: `within 10m`")])
  }

  static func noAgent(_ domain: String, for condition: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .host.noGuestAgent, "`\(domain)` has no channel to a guest agent", at: .init(span),
      notes: ["waiting for `\(condition)` queries the QEMU guest agent inside the guest"],
      helps: [
        .init("declare `agent = true`, and install `qemu-guest-agent` in the guest"),
        .init("or wait for `ip` or `ssh`, which do not need an agent"),
      ])
  }

  static func cloudInitUnreachable(_ domain: String, _ reason: String, at span: Span) -> Diagnostic
  {
    Diagnostic(
      code: .host.unaskableCloudInit, "cannot query cloud-init of `\(domain)`", at: .init(span),
      notes: ["libvirt says: \(reason)"],
      helps: [
        .init("check that cloud-init is installed in the guest and that the agent may run commands")
      ])
  }

  /// - Parameter errors: the errors that cloud-init recorded, one line each.
  static func cloudInitFailed(
    _ domain: String, says output: String, errors: [String], at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .host.cloudInitFailed, "cloud-init of `\(domain)` failed", at: .init(span),
      notes: (output.isEmpty ? [] : ["cloud-init reports: \(output)"]) + errors,
      helps: [.init("read /var/log/cloud-init-output.log in the guest")])
  }

  /// - Parameter deletions: the domains that a verb would delete.
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
    case .deletes: "the \(resource) would be deleted"
    }
  }

  /// Joins the failures of one verb into one diagnostic: the first, with the others as notes.
  static func joined(_ first: Diagnostic, _ others: some Sequence<Diagnostic>) -> Diagnostic {
    var joined = first
    joined.notes += others.map { "also: \($0.message)" }
    return joined
  }

  /// Returns any error of a call as a diagnostic; `doing` describes the call.
  static func diagnostic(_ error: any Error, _ doing: String, at span: Span?) -> Diagnostic {
    switch error {
    case let error as Diagnostic: error
    case let error as StorageFailure: StorageMessages.diagnostic(error, at: span)
    case let failure as StartFailure: failure.diagnostic(doing, at: span)
    case let error as LibvirtError where error.isConnectionLost:
      connectionLost(doing, at: span, error.message)
    case let error as LibvirtError: failed(doing, at: span, error.message, of: error.subject)
    case let error as MalformedXML: unreadable(doing, at: span, error)
    case is CancellationError: cancelled(doing, at: span)
    default: failed(doing, at: span, String(describing: error))
    }
  }

  /// Whether the error is fatal, so that the run ends.
  static func isFatal(_ diagnostic: Diagnostic) -> Bool {
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
    The host does not answer at this URI, and no other host is tried. Start its libvirtd, or name \
    another host with `--connect`.
    """)
  package let connectionLost = DiagnosticCode.ofHost(
    702, "connection lost",
    """
    The host stopped answering during the run. Nothing is rolled back: the next run reads the \
    current state and makes the remaining changes.
    """)
  package let libvirtRefused = DiagnosticCode.ofHost(
    703, "libvirt refused",
    "A call failed; the note contains libvirt's message and the object of the call."
  )
  package let cancelled = DiagnosticCode.ofHost(
    704, "cancelled",
    """
    The next run makes the changes that did not start. A change in flight may still finish on the \
    host.
    """)
  package let unreadableDefinition = DiagnosticCode.ofHost(
    705, "unreadable definition", "The host returned a document that cannot be read.")
  package let noSuchResource = DiagnosticCode.ofHost(
    706, "no such resource",
    "A verb names a domain that does not exist, or the script reads an attribute of a missing object."
  )
  package let notOfStack = DiagnosticCode.ofHost(
    707, "not owned by the stack",
    "`delete` deletes only domains that the stack created, and leaves others untouched.")
  package let noSuchSnapshot = DiagnosticCode.ofHost(
    708, "no such snapshot", "The domain has no snapshot of this name.")
  package let timedOut = DiagnosticCode.ofHost(
    709, "timed out",
    "A wait did not end in time. Set a longer limit with `within 10m`.")
  package let noGuestAgent = DiagnosticCode.ofHost(
    710, "no guest agent",
    """
    `wait … for agent` and `for cloud_init` query the QEMU guest agent inside the guest. The domain \
    needs a channel to it: declare `agent = true`.
    """)
  package let stackInUse = DiagnosticCode.ofHost(
    711, "stack in use",
    """
    Two simultaneous runs of one stack would create and delete the same resources, so the second one \
    is refused, whatever its user, environment or machine. On one machine, the lock is a name that the \
    kernel frees when its process ends. For other machines, a run creates a claim: an empty volume \
    `vmscript-lock.…` in the host's storage pool, renewed every 20 seconds. The next run from the same \
    machine removes the claim of a killed run at once. A run from another machine removes it after \
    two minutes.
    """)
  package let needsConfirmation = DiagnosticCode.ofHost(
    712, "needs confirmation",
    "A plan that loses data or restarts a network is applied only after confirmation or with `--yes`."
  )
  package let unaskableCloudInit = DiagnosticCode.ofHost(
    713, "cloud-init cannot be queried",
    """
    The guest agent answers, but cannot run `cloud-init status` in the guest. Either cloud-init is not \
    installed, or the agent's configuration blocks `guest-exec`.
    """)
  package let cloudInitFailed = DiagnosticCode.ofHost(
    714, "cloud-init failed",
    "cloud-init in the guest ended with an error; the note contains its output.")
  package let noLock = DiagnosticCode.ofHost(
    715, "no lock",
    """
    A run takes a name on this machine, an abstract Unix socket, to exclude other runs of the same \
    stack. The system refused it; the note contains the reason.
    """)
  package let snapshotNotPossible = DiagnosticCode.ofHost(
    716, "snapshot not possible",
    """
    A snapshot is stored in the qcow2 images of all disks that the guest writes to. A raw disk \
    cannot hold one, and a guest with UEFI needs libvirt 10.10 for one.
    """)
}

extension DiagnosticCode {
  /// The codes of hosts and verbs.
  package static let host = HostCodes()
}

extension HostMessages {
  /// A connection cannot be opened; the help depends on the reason.
  static func noConnection(_ uri: String?, _ error: any Error) -> Diagnostic {
    if let diagnostic = error as? Diagnostic { return diagnostic }
    if error is CancellationError { return cancelled("connecting", at: nil) }
    let failure = error as? LibvirtError
    let text = failure?.message ?? String(describing: error)
    // The binding's prefix repeats the title.
    let prefix = "cannot connect to \(uri ?? "libvirt's default URI"): "
    let reason = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    if failure?.isNoAnswer ?? false {
      return Diagnostic(
        code: .host.noConnection,
        "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
        notes: [reason, "the host accepted the connection, or is still opening it"],
        helps: [
          .init("check whether libvirtd hangs on that host, and restart it"),
          .init("wait longer: `--connect-timeout 2m`"),
        ])
    }
    return Diagnostic(
      code: .host.noConnection,
      "cannot connect to \(uri.map { "`\($0)`" } ?? "libvirt's default host")",
      notes: ["libvirt says: \(reason)"],
      helps: [
        .init(remedy(uri ?? "", reason)),
        .init("try a script without a host: `--connect test:///default`"),
      ])
  }

  /// The object of a wait for a slow connection, after "waiting for".
  static func answer(of uri: String?) -> String { "\(uri ?? "libvirt's default host") to answer" }

  /// Returns an instruction that fits libvirt's message, else the kind of the URI.
  private static func remedy(_ uri: String, _ reason: String) -> String {
    if reason.contains("Permission denied") || reason.contains("uthenticat") {
      return "add this user to the group `libvirt`, or try qemu:///session"
    }
    if reason.contains("no connection driver") {
      return "name a host, as in qemu:///system or qemu+ssh://HOST/system"
    }
    if uri.contains("+ssh://") { return "check that `ssh` connects to that host without a prompt" }
    if uri.contains("+tcp://") || uri.contains("+tls://") {
      return "check that libvirtd on that host listens on the network"
    }
    if uri.hasPrefix("test://") { return "name a file that describes a test host" }
    return "start libvirtd with `systemctl start libvirtd`, or name another host"
  }
}

/// Messages about verbs that are not possible.
enum VerbMessages {
  /// The state of the guest does not allow the verb.
  static func unfitState(
    _ state: LiveDomain.State, of domain: String, for verb: PowerVerb, at span: Span
  ) -> Diagnostic {
    let (past, help): (String, String) =
      switch state {
      case .stopped: ("stopped", "start it first: `\(StatementForm.verb("start", domain))`")
      case .crashed: ("crashed", "start it again: `\(StatementForm.verb("start", domain))`")
      case .suspended:
        (
          "suspended by its own power management",
          "wake it first: `\(StatementForm.verb("resume", domain))`"
        )
      case .running, .paused: (state.rawValue, "try again in a moment")
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
