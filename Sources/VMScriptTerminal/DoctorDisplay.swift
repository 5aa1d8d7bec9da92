import VMScriptRuntime
import VMScriptSyntax

/// The report of `doctor` as lines: one for each check, grouped, and the remedies below it.
public struct DoctorDisplay: Sendable {
  private let color: Bool

  /// Creates a display with or without colour.
  public init(color: Bool) { self.color = color }

  /// The lines of a report, the summary last.
  public func lines(_ report: DoctorReport) -> [String] {
    let width = report.entries.map { TerminalText.columns(of: $0.check) }.max() ?? 0
    var lines: [String] = []
    for (position, entry) in report.entries.enumerated() {
      if position == 0 || report.entries[position - 1].group != entry.group {
        if position > 0 { lines.append("") }
        lines.append(Style.bold.applied(to: entry.group, color: color))
      }
      lines.append(
        "  \(mark(entry.standing)) \(TerminalText.padded(entry.check, to: width))  "
          + TerminalText.escaped(entry.text) + code(of: entry))
      lines += details(of: entry).map {
        String(repeating: " ", count: width + 6) + TerminalText.escaped($0)
      }
    }
    return lines + [""] + closing(report)
  }

  private func mark(_ standing: DoctorReport.Entry.Standing) -> String {
    switch standing {
    case .ok: Style.green.applied(to: "✓", color: color)
    case .error: Style.red.applied(to: "✗", color: color)
    case .warning: Style.yellow.applied(to: "!", color: color)
    case .absent: Style.dim.applied(to: "-", color: color)
    }
  }

  /// The code of a finding, for `vmscript explain`.
  private func code(of entry: DoctorReport.Entry) -> String {
    guard entry.standing != .absent, let code = entry.diagnostic?.code else { return "" }
    return "  " + Style.dim.applied(to: "[\(code)]", color: color)
  }

  private func details(of entry: DoctorReport.Entry) -> [String] {
    guard let diagnostic = entry.diagnostic else { return [] }
    let notes = entry.standing == .absent ? [] : diagnostic.notes.map { "note: \($0)" }
    return notes + diagnostic.helps.map { "help: \($0.text)" }
  }

  /// The checks that were skipped, and the number of findings.
  private func closing(_ report: DoctorReport) -> [String] {
    var lines: [String] = []
    if !report.skipped.isEmpty {
      let names = report.skipped.joined(separator: ", ")
      lines.append(
        report.isRemote
          ? "checks that must run on the host: \(names)"
          : "not checked without a connection: \(names)")
      if report.isRemote { lines.append("run `vmscript doctor` on that host") }
    }
    func count(_ standing: DoctorReport.Entry.Standing, _ noun: String) -> String? {
      let number = report.entries.count { $0.standing == standing }
      return number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
    let counts = [count(.error, "error"), count(.warning, "warning")].compactMap(\.self)
    let summary = counts.isEmpty ? "nothing is missing" : counts.joined(separator: ", ")
    return lines + ["\(TerminalText.escaped(report.uri)): \(summary)"]
  }
}
