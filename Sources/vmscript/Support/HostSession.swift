import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// What run, plan and destroy have in common: a host, a display, a question, and Ctrl-C.
struct HostSession: Sendable {
  let screen: Screen
  let output: OutputOptions
  let display: RunDisplay

  /// What to show besides what the script prints.
  enum Show: Sendable { case progress, prints, nothing }

  private let show: Show
  /// Whether the user was asked to confirm a plan.
  private let wasAsked = AskedFlag()

  init(
    _ output: OutputOptions, _ connection: ConnectionOptions, show: Show = .progress,
    isVerbose: Bool = false
  ) {
    self.output = output
    self.show = show
    screen = output.screen
    display = RunDisplay(
      screen: screen, isQuiet: output.quiet || output.json,
      plans: show == .progress ? .whole : .none, isVerbose: isVerbose,
      uri: connection.host)
  }

  /// Does work on the host; reports what went wrong.
  func perform(
    _ options: RunOptions, _ work: @escaping @Sendable (RunOptions) async -> RunReport
  ) async -> RunReport {
    var options = options
    let (display, output, show) = (display, output, show)
    options.progress = { event in
      if case .printed(let line) = event {
        if show == .nothing { return }
        if output.json { return output.printAside(line) }
      }
      display.take(event)
    }
    options.confirm = { await confirm($0) }
    let prepared = options
    let report = await display.showing {
      await Interruption.guarding {
        guard display.host != nil else { return false }
        if !output.json { display.note(CommandLineMessages.finishing) }
        return true
      } atOnce: {
        if !output.json { display.note(CommandLineMessages.stoppedAtOnce) }
        display.hold()
      } _: {
        await work(prepared)
      }
    }
    let diagnostics = wasAsked.isSet ? report.diagnosticsAfterQuestion : report.diagnostics
    guard !diagnostics.isEmpty else { return report }
    if display.needsGap { Terminal.writeMessage("\n") }
    output.report(diagnostics, report.sources)
    if !output.json, !output.quiet { Terminal.writeMessage("\n") }
    return report
  }

  private func confirm(_ plan: Plan) async -> Bool {
    guard Question.canBeAsked else { return false }
    display.hold()
    defer { display.release() }
    wasAsked.set()
    if output.quiet || output.json { display.showPlan(plan) }
    return await Question.ask(CommandLineMessages.question(plan))
  }

  /// Writes how the run ended and its outputs.
  ///
  /// - Parameters:
  ///   - idle: what is said where nothing was to be done.
  ///   - summarizes: whether there could have been anything to do on a host.
  /// - Returns: the document that stands for all of it; nil without a connection.
  func conclude(
    _ report: RunReport, idle: String = "nothing to change", summarizes: Bool = true
  ) -> Value? {
    guard report.outcome != .noConnection else { return nil }
    if !output.json {
      if !output.quiet, summarizes {
        Terminal.writeMessage(RunSummary.line(report, elapsed: display.elapsed, idle: idle) + "\n")
      }
      Terminal.writeOutput(OutputLines.lines(report.outputs).map { $0 + "\n" }.joined())
    }
    return report.plan.document(sources: report.sources, outputs: report.outputs)
  }
}

/// Set once, from any thread.
private final class AskedFlag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
