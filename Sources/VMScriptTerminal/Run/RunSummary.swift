import VMScript
import VMScriptPlan
import VMScriptRuntime

/// How a run ended, in a line.
public enum RunSummary {
  /// What was done, what was not, and how long it took: `lab: failed: 3 created, 1 skipped in 2.3s`.
  ///
  /// - Parameter idle: what is said where all is as it should be.
  public static func line(
    _ report: RunReport, elapsed: Duration, idle: String = "nothing to change"
  ) -> String {
    let changes = report.plan.changes
    var parts = [Change.Action.create, .update, .delete].compactMap { action in
      count(
        changes.count { $0.action == action && $0.result == .done && $0.remains == nil },
        action.past)
    }
    // What others still use is let go of, and not deleted.
    let released = changes.count { $0.result == .done && $0.remains != nil }
    if let part = count(released, "released") { parts.append(part) }
    let verbs = report.plan.verbs.count
    if verbs > 0 { parts.append(verbs == 1 ? "1 verb run" : "\(verbs) verbs run") }
    parts += [
      count(changes.count { $0.result == .failed }, "failed"),
      count(changes.count(where: \.wasSkipped), "skipped"),
      count(changes.count { $0.result == .underWay }, "not waited for"),
      count(changes.count { $0.result == nil || $0.result == .notAttempted }, "not begun"),
    ].compactMap(\.self)
    // A plan that nobody confirmed was not begun as a whole.
    if report.outcome == .refused, changes.allSatisfy({ $0.result == nil }), verbs == 0 {
      parts = []
    }
    let what =
      parts.isEmpty
      ? report.outcome == .done ? idle : "nothing was changed" : parts.joined(separator: ", ")
    let prefix: String
    switch report.outcome {
    case .done, .noConnection: prefix = ""
    case .failed, .scriptErrors: prefix = "failed: "
    case .refused: prefix = "refused: "
    case .cancelled: prefix = "cancelled: "
    }
    let stack = TerminalText.escaped(report.plan.stack)
    return "\(stack): \(prefix)\(what) in \(Quantity.time(elapsed))"
  }

  private static func count(_ number: Int, _ word: String) -> String? {
    number == 0 ? nil : "\(number) \(word)"
  }
}

extension Change {
  fileprivate var wasSkipped: Bool { if case .skipped = result { true } else { false } }
}

/// A script's outputs, a line each.
public enum OutputLines {
  /// `name = value`, the values as the language writes them and the names padded to one width.
  public static func lines(_ outputs: ValueMap) -> [String] {
    let names = outputs.keys.map { TerminalText.escaped($0) }
    let width = names.map { TerminalText.columns(of: $0) }.max() ?? 0
    return zip(names, outputs.values).map { name, value in
      "\(TerminalText.padded(name, to: width)) = \(TerminalText.escaped(value.literal))"
    }
  }
}
