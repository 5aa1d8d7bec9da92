import Foundation
import VMScript
import VMScriptSyntax

/// The results of tests in the XML of JUnit, which CI systems read.
public struct JUnitDocument {
  private let reports: [TestReport]

  /// Creates the document of tests, one suite for each script.
  public init(_ reports: [TestReport]) { self.reports = reports }

  /// The text of the document, with its declaration.
  public var text: String {
    let root = XMLElement(name: "testsuites")
    write(reports.flatMap(\.cases), to: root)
    root["time"] = Self.seconds(reports.reduce(.zero) { $0 + $1.duration })
    for report in reports {
      let suite = root.add("testsuite", ["name": Self.plain(report.file)])
      write(report.cases, to: suite)
      suite["time"] = Self.seconds(report.duration)
      suite["timestamp"] = report.start.formatted(.iso8601)
      suite["id"] = report.stack
      for one in report.cases { write(one, of: report, to: suite) }
    }
    return "<?xml version='1.0' encoding='UTF-8'?>\n" + root.xmlString + "\n"
  }

  /// Writes the counts of cases.
  private func write(_ cases: [TestReport.Case], to element: XMLElement) {
    element["tests"] = String(cases.count)
    element["failures"] = String(
      cases.count { if case .failed = $0.result { true } else { false } })
    element["errors"] = String(
      cases.count { if case .broken = $0.result { true } else { false } })
  }

  private func write(_ one: TestReport.Case, of report: TestReport, to suite: XMLElement) {
    let element = suite.add(
      "testcase", ["name": Self.plain(one.name), "classname": Self.plain(report.file)])
    element["time"] = Self.seconds(one.duration)
    if let span = one.span {
      element["file"] = Self.plain(report.sources[span.source].name)
      element["line"] = String(report.sources.line(of: span))
    }
    let (kind, problem): (String, Diagnostic)
    switch one.result {
    case .passed: return
    case .failed(let diagnostic): (kind, problem) = ("failure", diagnostic)
    case .broken(let diagnostic): (kind, problem) = ("error", diagnostic)
    }
    let place = report.location(of: one).map { $0 + "\n" } ?? ""
    let text = DiagnosticRenderer(sources: report.sources, color: false).render(problem)
    element.add(
      kind,
      ["message": Self.plain(problem.message), "type": problem.code.description],
      text: Self.plain(place + text))
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }

  /// The text without characters that XML does not allow.
  private static func plain(_ text: String) -> String {
    let escaped = PlainText.escaped(text, keepsNewlines: true, keepsTabs: true)
    return String(String.UnicodeScalarView(escaped.unicodeScalars.filter(XMLCharacters.allows)))
  }
}
