import VMScript
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
        + "its claim: `virsh vol-delete --pool \(pool) \(claim.name)`")
  }

  private static func inUse(_ stack: String, _ notes: [String], help: String) -> Diagnostic {
    Diagnostic(
      code: 711, "another run of the stack `\(stack)` is going on",
      notes: notes + ["nothing was changed"], helps: [.init(help)])
  }

  static func noLock(_ reason: String) -> Diagnostic {
    Diagnostic(
      code: 715, "cannot lock the stack", notes: [reason, "nothing was changed"])
  }

  static func unseen(_ stack: String, pool: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: 760, "other machines cannot see that the stack `\(stack)` is being changed",
      notes: ["the storage pool `\(pool)` does not take the volume that says so: \(reason)"],
      helps: [.init("do not run this stack from another machine at the same time")])
  }

  /// What each code means, for `vmscript explain`.
  static let explanations: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      711, "stack in use",
      """
      Two runs of one stack would make and remove the same things at once, so the second one is \
      refused, whichever user, environment or machine it comes from. On one machine, the lock is a \
      name that the kernel frees with the process that holds it, however that ends. For other \
      machines, a run shows its claim as an empty volume `vmscript-lock.…` in the host's storage \
      pool and renews it every 20 seconds. A claim that a killed run left behind is removed by the \
      next run from the same machine at once, and by one from another machine after two minutes.
      """),
    DiagnosticExplanation(
      715, "no lock",
      """
      A run takes a name of this machine, an abstract Unix socket, so that no other run of the same \
      stack goes on at the same time. The system refused it; the note says why.
      """),
    DiagnosticExplanation(
      760, "lock not seen by other machines",
      """
      A run shows clients on other machines by a volume in the host's storage pool that it changes a \
      stack. The pool did not take that volume. Runs on this machine are still kept apart.
      """),
  ]
}
