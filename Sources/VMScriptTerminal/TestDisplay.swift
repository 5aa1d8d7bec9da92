import VMScript
import VMScriptRuntime

/// The lines of tests on a terminal.
public struct TestDisplay: Sendable {
  private let color: Bool
  /// Whether each line names its script, because several run at once.
  private let namesScripts: Bool

  /// Creates a display.
  ///
  /// - Parameters:
  ///   - color: colours the results.
  ///   - namesScripts: starts each line with the name of its script, for several tests at once.
  public init(color: Bool, namesScripts: Bool) {
    self.color = color
    self.namesScripts = namesScripts
  }

  /// The line before a test.
  public func heading(_ test: StackTest) -> String {
    "\(TerminalText.escaped(test.file)): testing as the stack \(test.stack)"
  }

  /// The line of a `check`.
  public func line(_ result: CheckResult, of test: StackTest) -> String {
    line(result.name, isPassed: result.failure == nil, result.duration, file: test.file)
  }

  /// The lines after a test: its steps that failed, its artifacts and a summary.
  public func conclusion(_ report: TestReport) -> [String] {
    let steps = report.cases.filter { $0.span == nil && $0.problem != nil }
    var lines = steps.map {
      line($0.name, isPassed: false, $0.duration, file: report.file)
    }
    lines += report.artifacts.map { "  saved \(TerminalText.escaped($0))" }
    if !report.isDestroyed {
      lines.append("  the stack stays; remove it: vmscript destroy --stack \(report.stack)")
    }
    return lines + [summary(report)]
  }

  /// The line for several tests.
  public func summary(_ reports: [TestReport], elapsed: Duration) -> String {
    let failed = reports.count { !$0.hasPassed }
    let result =
      failed == 0
      ? "all \(reports.count) tests passed" : "\(failed) of \(reports.count) tests failed"
    return "\(result) in \(Quantity.time(elapsed))"
  }

  private func summary(_ report: TestReport) -> String {
    let checks = report.cases.filter { $0.span != nil }
    let failed = checks.count { $0.problem != nil }
    var parts: [String] = []
    if report.cases.contains(where: { $0.span == nil && $0.problem != nil }) {
      parts.append("the run failed")
    }
    parts.append(
      failed == 0
        ? checks.count == 1 ? "1 check passed" : "\(checks.count) checks passed"
        : "\(failed) of \(checks.count) checks failed")
    let prefix = report.hasPassed ? "" : "FAILED: "
    return "\(TerminalText.escaped(report.file)): \(prefix)\(parts.joined(separator: ", ")) in "
      + Quantity.time(report.duration)
  }

  private func line(_ name: String, isPassed: Bool, _ duration: Duration, file: String) -> String {
    let mark =
      isPassed
      ? Style.green.applied(to: "ok    ", color: color)
      : Style.red.applied(to: "FAILED", color: color)
    let script = namesScripts ? TerminalText.escaped(file) + ": " : ""
    let time = Style.dim.applied(to: Quantity.time(duration), color: color)
    return "  \(mark) \(script)\(TerminalText.escaped(name))  \(time)"
  }
}
