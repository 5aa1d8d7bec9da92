import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The result of a test: a script that was applied, checked and destroyed.
public struct TestReport: Sendable {
  /// One step or `check` of a test.
  public struct Case: Sendable {
    /// The result of a step or a `check`.
    public enum Result: Sendable {
      case passed
      /// A `check` is false.
      case failed(Diagnostic)
      /// The step could not be completed.
      case broken(Diagnostic)
    }

    /// The message of the `check`, or the name of the step.
    public let name: String
    /// The location in the script; nil for a step without one.
    public let span: Span?
    /// The elapsed time.
    public let duration: Duration
    /// The result.
    public let result: Result

    /// The reason why it did not pass; nil if it passed.
    public var problem: Diagnostic? {
      switch result {
      case .passed: nil
      case .failed(let diagnostic), .broken(let diagnostic): diagnostic
      }
    }
  }

  /// The script's file.
  public let file: String
  /// The stack that the test made.
  public let stack: String
  /// The application, the checks in their order, and the removal.
  public let cases: [Case]
  /// The start of the test.
  public let start: Date
  /// The elapsed time, with the removal.
  public let duration: Duration
  /// The way the run ended.
  public let outcome: RunReport.Outcome
  /// The warnings of the run.
  public let warnings: [Diagnostic]
  /// Whether the stack is gone; false if it was kept or could not be removed.
  public let isDestroyed: Bool
  /// The saved transcripts and pictures, as paths.
  public let artifacts: [String]
  /// The scripts that the spans refer to.
  public let sources: SourceMap

  /// Whether every case passed.
  public var hasPassed: Bool { cases.allSatisfy { $0.problem == nil } }

  /// The file and line of a case, such as `web.vmscript:7`; nil without a location.
  public func location(of one: Case) -> String? {
    guard let span = one.span ?? one.problem?.primary?.span else { return nil }
    return "\(sources[span.source].name):\(sources.line(of: span))"
  }

  /// `{"file", "stack", "passed", "destroyed", "milliseconds", "cases": […], "artifacts": […]}`.
  public var document: Value {
    .map([
      "file": .string(file), "stack": .string(stack), "passed": .bool(hasPassed),
      "destroyed": .bool(isDestroyed), "milliseconds": .int(duration.wholeMilliseconds),
      "cases": .list(
        cases.map { one in
          .map([
            "name": .string(one.name), "passed": .bool(one.problem == nil),
            "milliseconds": .int(one.duration.wholeMilliseconds),
            "location": Value(location(of: one)), "message": Value(one.problem?.message),
          ])
        }),
      "artifacts": .list(artifacts.map(Value.string)),
    ])
  }
}
