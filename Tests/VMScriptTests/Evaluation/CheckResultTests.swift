import Synchronization
import Testing
import VMScriptSyntax

@testable import VMScript

/// `check` on a host that collects the results.
@Suite struct CheckResultTests {
  /// A host without resources that keeps the results.
  private final class Collector: EvaluationHost {
    private let state = Mutex((results: [CheckResult](), lines: [String]()))
    var results: [CheckResult] { state.withLock(\.results) }
    var lines: [String] { state.withLock(\.lines) }

    let collectsChecks = true
    func receive(_ result: CheckResult) { state.withLock { $0.results.append(result) } }
    func print(_ line: String) { state.withLock { $0.lines.append(line) } }

    func attribute(
      _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
      declarations: DeclarationSet
    ) throws(Diagnostic) -> Value { .string("running") }

    func perform(
      _ verb: VerbRequest, declarations: DeclarationSet
    ) throws(Diagnostic) -> [String: Value] { [:] }

    func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? { nil }
  }

  private func evaluate(_ text: String) throws -> (Collector, EvaluationOutcome) {
    let host = Collector()
    let program = try Engine().compile(.text(text))
    return (host, program.evaluate(EvaluationOptions(), host: host))
  }

  @Test func aFailedCheckIsAResultAndTheScriptContinues() throws {
    let (host, outcome) = try evaluate(
      """
      domain web { memory = 64MiB }
      check 1 == 2, "one is two"
      check web.state == "running", "it runs"
      check 2 + 2 == 4
      print "end"
      """)
    #expect(outcome.succeeded)
    #expect(host.results.map(\.name) == ["one is two", "it runs", "2 + 2 == 4"])
    #expect(host.results.map { $0.failure == nil } == [false, true, true])
    #expect(host.results[0].failure?.code.number == 313)
    #expect(host.lines == ["end"])
  }

  @Test func everyRoundOfALoopHasAResult() throws {
    let (host, _) = try evaluate(#"for i in 1...3 { check i != 2, "number \(i)" }"#)
    #expect(host.results.map(\.name) == ["number 1", "number 2", "number 3"])
    #expect(host.results.map { $0.failure == nil } == [true, false, true])
    #expect(host.results[1].failure?.notes == ["i = 2"])
  }

  @Test func anErrorInACheckIsAFailureOfIt() throws {
    let (host, outcome) = try evaluate(
      """
      func item(list, n) = list[n]
      check item([1], 5) == 1, "in a function"
      let x = 7
      check x == 7, "the frame is restored"
      """)
    #expect(outcome.succeeded)
    #expect(host.results.map { $0.failure?.code.number } == [306, nil])
  }

  @Test func aMessageThatNeedsTheFailureIsReplacedByTheExpression() throws {
    let (host, outcome) = try evaluate(
      """
      let found = [1]
      check len(found) == 1, "also found \\(found[1])"
      """)
    #expect(outcome.succeeded)
    #expect(host.results.map(\.name) == ["len(found) == 1"])
  }

  @Test func errorsOutsideOfChecksStayErrors() throws {
    let (host, outcome) = try evaluate("let x = 1 / 0\ncheck x == 1\ncheck true")
    #expect(outcome.diagnostics.map(\.code.number).count == 1)
    #expect(host.results.map(\.name) == ["true"])
  }

  @Test func elsewhereAFailedCheckIsAnError() throws {
    let outcome = try Engine().compile(.text("check 1 == 2")).evaluate()
    #expect(outcome.diagnostics.map(\.code.number) == [313])
  }
}
