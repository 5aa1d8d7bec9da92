import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Messages about the lock and the origin of a stack.
enum LockMessages {
  static func inUse(_ stack: String, by holder: ExclusiveName.Holder?) -> Diagnostic {
    let who = holder.map {
      "process \($0.process) of \($0.userName) on this machine holds its lock"
    }
    return inUse(
      stack, [who ?? "another process on this machine holds its lock"],
      help:
        "run it again when the other run has ended, or make an independent copy with `--stack NAME`"
    )
  }

  /// - Parameter age: the seconds since the holder last renewed its claim.
  static func inUse(_ stack: String, by claim: LockClaim, age: Int64, pool: String) -> Diagnostic {
    inUse(
      stack,
      [
        claim.description, "it renewed its claim \(age) s ago",
        "a claim expires if it is not renewed for \(StackLock.patience) s",
      ],
      help: "run it again when the other run has ended; if its process was killed, wait, or remove "
        + "its claim: `virsh vol-delete --pool \(QuotedText.shellWord(pool)) \(claim.name)`")
  }

  private static func inUse(_ stack: String, _ notes: [String], help: String) -> Diagnostic {
    Diagnostic(
      code: .host.stackInUse, "another run of the stack `\(stack)` is in progress",
      notes: notes + ["nothing was changed"], helps: [.init(help)])
  }

  static func noLock(_ reason: String) -> Diagnostic {
    Diagnostic(
      code: .host.noLock, "cannot lock the stack", notes: [reason, "nothing was changed"])
  }

  static func unseen(_ stack: String, pool: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .lock.invisibleLock,
      "other machines cannot see that the stack `\(stack)` is being changed",
      notes: ["the storage pool `\(pool)` does not accept the volume of the lock: \(reason)"],
      helps: [.init("do not run this stack from another machine at the same time")])
  }

  static func unrecordedExpiry(_ stack: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .lock.unrecordedExpiry,
      "only the machines of the stack `\(stack)` record its lifetime", notes: [reason],
      helps: [
        .init("if the run is killed, remove the stack: `vmscript destroy --stack \(stack)`")
      ])
  }

  static func otherOrigin(_ stack: String, _ other: StackOrigin) -> Diagnostic {
    Diagnostic(
      .warning, code: .lock.otherOrigin, "the stack `\(stack)` was last run from elsewhere",
      notes: ["from \(other.description)"], helps: originHelps(stack))
  }

  /// - Parameter risk: the other reason for which the plan needs confirmation.
  static func refused(_ stack: String, _ other: StackOrigin, _ risk: Diagnostic?) -> Diagnostic {
    Diagnostic(
      code: .lock.unconfirmedOrigin, "the stack `\(stack)` was last run from elsewhere",
      notes: ["from \(other.description)"] + (risk?.notes ?? ["nothing was changed"]),
      helps: originHelps(stack))
  }

  private static func originHelps(_ stack: String) -> [Diagnostic.Help] {
    [
      .init("if the script was moved or copied, confirm the run, or pass `--yes`"),
      .init("if it is another script, give its stack another name: `--stack NAME`"),
    ]
  }
}

/// The codes of locks and origins.
struct LockCodes: DiagnosticTable {
  let invisibleLock = DiagnosticCode.ofHost(
    760, "lock invisible to other machines",
    """
    A run creates a volume in the host's storage pool to show other machines that it changes a stack. \
    The pool did not accept that volume. The lock still excludes other runs on this machine.
    """)
  let otherOrigin = DiagnosticCode.ofHost(
    761, "stack last run from elsewhere",
    """
    Without a `stack` statement, a stack has the name of its file, so two files of one name are one \
    stack. Its machines record the client and the path of its last run, which differ from the current \
    ones. A confirmed run records the current ones.
    """)
  let unconfirmedOrigin = DiagnosticCode.ofHost(
    762, "stack last run from elsewhere, not confirmed",
    """
    The stack's machines were made from another client or another path. Either the script was moved, \
    or two scripts share a name by mistake. Confirm the run at a terminal or with `--yes`, which \
    records the current client and path, or give the stack another name.
    """)
  let unrecordedExpiry = DiagnosticCode.ofHost(
    763, "lifetime not recorded on the host",
    """
    A test creates a volume in the host's storage pool to record when its stack expires. The pool did \
    not accept that volume, or there is none. If the run is killed, `vmscript sweep` finds the stack \
    only if it has a machine.
    """)
}

extension DiagnosticCode {
  /// The codes of locks and origins.
  static let lock = LockCodes()
}
