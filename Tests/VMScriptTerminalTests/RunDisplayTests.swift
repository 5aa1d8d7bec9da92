import Synchronization
import Testing
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

@Suite struct RunDisplayTests {
  /// The written messages and output.
  private final class Paper: Sendable {
    private let content = Mutex("")
    var text: String { content.withLock(\.self) }

    func write(_ text: String) { content.withLock { $0 += text } }

    func screen(isLive: Bool = false, showsOutput: Bool = false) -> Screen {
      Screen(
        writeMessage: { self.write($0) }, writeOutput: { self.write("out: " + $0) },
        size: { (60, 10) }, isLive: isLive, showsOutput: showsOutput)
    }
  }

  private let lan = Change(id: 0, action: .create, kind: .net, name: "lan")
  private let web = Change(id: 1, action: .update, kind: .domain, name: "web-1", impact: .live)

  @Test func aRunWithoutATerminalIsPlainLines() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen())
    display.take(.connected(uri: "test:///default"))
    display.take(.planned(Plan(stack: "lab", changes: [lan, web])))
    display.take(.started(lan))
    display.take(.finished(lan, milliseconds: 3))
    display.take(.started(web))
    display.take(.advanced(web, phase: "uploading", done: 1, total: 2))
    display.take(.printed("a line"))
    display.take(.failed(web, Diagnostic(code: DiagnosticCode(703), "no")))
    display.take(.skipped(web, because: "lan"))
    #expect(
      withoutTimes(paper.text) == """
        + net    lan
        ~ domain web-1

        lab on test:///default: 1 to create, 1 to update

        ✓ net    lan    created
        out: a line
        ✗ domain web-1  failed
        - domain web-1  skipped: lan failed

        """)
  }

  @Test func volumesOfOthersAreReleasedAndNotDeleted() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen())
    var image = Change(id: 0, action: .delete, kind: .image, name: "i", impact: .dataLoss)
    image.remains = "the domain `mine` uses it"
    display.take(.planned(Plan(stack: "lab", changes: [image])))
    display.take(.started(image))
    display.take(.finished(image, milliseconds: 3))
    #expect(
      withoutTimes(paper.text) == """
        - image i  is released; its content stays

        lab: 1 to delete

        ✓ image  i  released; its content stays

        """)
    image.result = .done
    let report = RunReport(plan: Plan(stack: "lab", changes: [image]), outcome: .done)
    #expect(RunSummary.line(report, elapsed: .zero).hasPrefix("lab: 1 released in"))
  }

  @Test func aPlanWithoutChangesIsNotShown() {
    let paper = Paper()
    RunDisplay(screen: paper.screen()).take(.planned(Plan(stack: "lab")))
    #expect(paper.text == "")
  }

  @Test func aQuietRunShowsWhatTheScriptPrints() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen(isLive: true), isQuiet: true)
    display.take(.planned(Plan(stack: "lab", changes: [lan])))
    display.take(.started(lan))
    display.take(.printed("a line"))
    display.take(.finished(lan, milliseconds: 3))
    #expect(paper.text == "out: a line\n")
  }

  @Test func onATerminalLinesMoveBelowThoseThatStay() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen(isLive: true))
    display.take(.started(lan))
    #expect(withoutTimes(paper.text) == "⠋ net    lan  creating\u{1B}[K\n")
    display.take(.printed("a line"))
    // Off the screen, the line, and on again.
    #expect(
      withoutTimes(paper.text).hasSuffix(
        "\u{1B}[1A\r\u{1B}[Jout: a line\n⠋ net    lan  creating\u{1B}[K\n"))
    display.take(.finished(lan, milliseconds: 3))
    #expect(
      withoutTimes(paper.text).hasSuffix("\u{1B}[1A\r✓ net    lan  created\u{1B}[K\n\u{1B}[J"))
  }

  @Test func theScreenIsStillDuringAQuestion() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen(isLive: true))
    display.take(.started(lan))
    display.hold()
    let before = paper.text
    display.take(.advanced(lan, phase: "uploading", done: 1, total: 2))
    #expect(paper.text == before)
    display.release()
    display.take(.advanced(lan, phase: "uploading", done: 1, total: 2))
    #expect(paper.text.hasSuffix("uploading █████░░░░░ 50%  0.0s\u{1B}[K\n"))
  }

  @Test func terminalOutputIsEscaped() {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen(isLive: true, showsOutput: true))
    display.take(.started(Change(id: 0, action: .create, kind: .domain, name: "\u{1B}[2J")))
    display.take(.printed("\u{1B}[2J\ttab"))
    #expect(!paper.text.contains("\u{1B}[2J"))
    #expect(paper.text.contains("\ttab"))
  }

  @Test func workLeavesNoMovingLineBehind() async {
    let paper = Paper()
    let display = RunDisplay(screen: paper.screen(isLive: true))
    let result = await display.showing {
      display.take(.started(lan))
      return 7
    }
    #expect(result == 7)
    #expect(paper.text.hasSuffix("\u{1B}[1A\r\u{1B}[J"))
    #expect(!display.needsGap)
  }

  /// The text without the times, which no test can know.
  private func withoutTimes(_ text: String) -> String {
    text.replacing(#/  [0-9.]+s/#, with: "")
  }
}

@Suite struct RunSummaryTests {
  private func change(
    _ id: Int, _ action: Change.Action, _ result: Change.Result?
  ) -> Change {
    var change = Change(id: id, action: action, kind: .domain, name: "d\(id)")
    change.result = result
    return change
  }

  private func line(
    _ changes: [Change], verbs: Int = 0, _ outcome: RunReport.Outcome = .done
  ) -> String {
    let verb = VerbRecord(
      action: "start", targets: [], span: Span(source: SourceID(index: 0), start: 0, length: 0))
    let plan = Plan(
      stack: "lab", changes: changes, verbs: Array(repeating: verb, count: verbs))
    return RunSummary.line(RunReport(plan: plan, outcome: outcome), elapsed: .seconds(2))
  }

  @Test func completedChangesAreCounted() {
    #expect(
      line([
        change(0, .create, .done), change(1, .create, .done), change(2, .update, .done),
        change(3, .delete, .done),
      ]) == "lab: 2 created, 1 updated, 1 deleted in 2.0s")
    #expect(line([], verbs: 2) == "lab: 2 verbs run in 2.0s")
    #expect(line([]) == "lab: nothing to change in 2.0s")
  }

  @Test func soIsWhatWasNot() {
    #expect(
      line(
        [
          change(0, .create, .done), change(1, .update, .failed),
          change(2, .create, .skipped(because: "d1")), change(3, .create, .notAttempted),
        ], .failed) == "lab: failed: 1 created, 1 failed, 1 skipped, 1 not started in 2.0s")
    #expect(
      line([change(0, .delete, nil)], .refused) == "lab: refused: nothing was changed in 2.0s")
    #expect(line([], .cancelled) == "lab: cancelled: nothing was changed in 2.0s")
  }

  @Test func outputsStandInColumns() {
    #expect(
      OutputLines.lines(["ip": .string("a"), "longer": .list([.int(1), .none])])
        == ["ip     = \"a\"", "longer = [1, none]"])
    #expect(OutputLines.lines(["a": .secret(SecretText("x"))]).joined().contains("x") == false)
  }
}
