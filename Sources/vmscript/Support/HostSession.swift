import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// What run, plan and destroy have in common: a host, a display, a question, and Ctrl-C.
struct HostSession: Sendable {
  let screen: Screen
  let output: OutputOptions
  let display: RunDisplay

  init(_ output: OutputOptions, showsProgress: Bool = true) {
    self.output = output
    screen = output.screen
    display = RunDisplay(screen: screen, isQuiet: output.quiet || output.json || !showsProgress)
  }

  /// Does work on the host; reports what went wrong.
  func perform(
    _ options: RunOptions, _ work: @escaping @Sendable (RunOptions) async -> RunReport
  ) async -> RunReport {
    var options = options
    let (display, output) = (display, output)
    options.progress = { event in
      if output.json, case .printed(let line) = event { return output.printAside(line) }
      display.take(event)
    }
    options.confirm = { await confirm($0) }
    let prepared = options
    let report = await display.showing {
      await Interruption.guarding {
        guard display.host != nil else { return false }
        if !output.json { Terminal.writeMessage(CommandLineMessages.finishing + "\n") }
        return true
      } atOnce: {
        display.hold()
        if !output.json { Terminal.writeMessage(CommandLineMessages.stoppedAtOnce + "\n") }
      } _: {
        await work(prepared)
      }
    }
    output.report(report.diagnostics, report.sources)
    return report
  }

  private func confirm(_ plan: Plan) async -> Bool {
    guard Question.canBeAsked else { return false }
    display.hold()
    defer { display.release() }
    if output.quiet || output.json { display.showPlan(plan) }
    return await Question.ask(CommandLineMessages.question(plan))
  }

  /// Writes how the run ended and its outputs, or its document.
  func conclude(_ report: RunReport) {
    if output.json {
      let document = report.plan.document(sources: report.sources, outputs: report.outputs)
      return Terminal.writeOutput(document.json() + "\n")
    }
    if !output.quiet {
      Terminal.writeMessage(RunSummary.line(report, elapsed: display.elapsed) + "\n")
    }
    Terminal.writeOutput(OutputLines.lines(report.outputs).map { $0 + "\n" }.joined())
  }
}
