import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The wording of what concerns the identity of a stack: its lock, and where it is run from.
enum LockMessages {
  static func inUse(_ stack: String, by holder: ExclusiveName.Holder?) -> Diagnostic {
    let who = holder.map {
      "process \($0.process) of \($0.userName) on this machine holds its lock"
    }
    return inUse(
      stack, [who ?? "another process on this machine holds its lock"],
      help: "run it again when the other run has ended; `--stack NAME` makes an independent copy")
  }

  /// - Parameter age: the seconds since the holder last renewed its claim.
  static func inUse(_ stack: String, by claim: LockClaim, age: Int64, pool: String) -> Diagnostic {
    inUse(
      stack,
      [
        claim.description, "it renewed its claim \(age) s ago",
        "a claim that is not renewed for \(StackLock.patience) s is taken over",
      ],
      help: "run it again when the other run has ended; if its process was killed, wait, or remove "
        + "its claim: `virsh vol-delete --pool \(QuotedText.shellWord(pool)) \(claim.name)`")
  }

  private static func inUse(_ stack: String, _ notes: [String], help: String) -> Diagnostic {
    Diagnostic(
      code: .host.stackInUse, "another run of the stack `\(stack)` is going on",
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
      notes: ["the storage pool `\(pool)` does not take the volume that says so: \(reason)"],
      helps: [.init("do not run this stack from another machine at the same time")])
  }

  static func otherOrigin(_ stack: String, _ other: StackOrigin) -> Diagnostic {
    Diagnostic(
      .warning, code: .lock.otherOrigin, "the stack `\(stack)` was last run from elsewhere",
      notes: ["from \(other.description)"], helps: originHelps(stack))
  }

  /// - Parameter risk: what the plan would be refused for besides.
  static func refused(_ stack: String, _ other: StackOrigin, _ risk: Diagnostic?) -> Diagnostic {
    Diagnostic(
      code: .lock.unconfirmedOrigin, "the stack `\(stack)` was last run from elsewhere",
      notes: ["from \(other.description)"] + (risk?.notes ?? ["nothing was changed"]),
      helps: originHelps(stack))
  }

  private static func originHelps(_ stack: String) -> [Diagnostic.Help] {
    [
      .init("if the script was moved or copied, confirm the run, or pass `--yes`"),
      .init("if it is another script, give its stack a name of its own: `--stack NAME`"),
    ]
  }
}

/// The codes of locks and origins.
struct LockCodes: DiagnosticTable {
  let invisibleLock = DiagnosticCode.ofHost(
    760, "lock not seen by other machines",
    """
    A run shows clients on other machines by a volume in the host's storage pool that it changes a \
    stack. The pool did not take that volume. Runs on this machine are still kept apart.
    """)
  let otherOrigin = DiagnosticCode.ofHost(
    761, "stack run from elsewhere",
    """
    Without a `stack` statement, a stack is named after its file, so two files of one name are one \
    stack. Its machines record the client and the path that it was last run from, and those are \
    others than now. A confirmed run records the new ones.
    """)
  let unconfirmedOrigin = DiagnosticCode.ofHost(
    762, "stack run from elsewhere, not confirmed",
    """
    The stack's machines were made from another client or another path. Changing them may be meant, \
    after the script was moved, or be a mistake, where two scripts share a name. Confirm the run at \
    a terminal or with `--yes`, which records the new place, or name the stack differently.
    """)
}

extension DiagnosticCode {
  /// The codes of locks and origins.
  static let lock = LockCodes()
}
