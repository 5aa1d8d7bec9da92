import ArgumentParser
import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptTerminal

/// `vmscript plan FILE …`: shows what a run would change.
struct PlanCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a run would change, without changing it.",
    discussion: """
      + creates, ~ changes, - removes, ! loses data, = waits for a restart, > is a verb of the
      script.

      Examples:
        vmscript plan lab.vmscript --set replicas=5
        vmscript plan lab.vmscript --json
        vmscript plan lab.vmscript --exit-code    exits with 5 if anything would change
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["diff"]

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var changes: ChangeOptions

  @Flag(help: "Exit with 5 if anything would change.")
  var exitCode = false

  @Flag(help: "List every property of new resources.")
  var verbose = false

  @OptionGroup var output: OutputOptions

  func validate() throws { try scripts.requireSome() }

  func run() async throws {
    var differs = false
    try await output.each(scripts.inputs, script) { input, program, evaluation in
      let session = HostSession(output, connection, show: .prints)
      var options = connection.runOptions
      changes.apply(to: &options)
      options.origin = input.origin
      let report = await session.perform(options) {
        await Runner.plan(program, evaluation: evaluation, options: $0)
      }
      if let status = ExitStatus(report.outcome) { return (nil, status) }
      differs = differs || !report.plan.isEmpty
      if !output.json { show(report.plan, host: session.display.host) }
      return (report.plan.document(sources: report.sources), nil)
    }
    if exitCode && differs { throw ExitStatus.differs.code }
  }

  private func show(_ plan: Plan, host: String?) {
    let display = PlanDisplay(
      color: output.isOutputColored,
      columns: Terminal.isTerminal(STDOUT_FILENO) ? Terminal.size().columns : nil,
      isVerbose: verbose)
    let lines = display.lines(plan, host: host)
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}
