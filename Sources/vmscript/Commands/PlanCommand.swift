import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// `vmscript plan FILE …`: what a run would change; changes nothing.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a run would change, and how; change nothing.",
    discussion: """
      + creates, ~ changes, - removes, ! loses data, > is a verb of the script.

      Examples:
        vmscript plan lab.vmscript --set replicas=5
        vmscript plan lab.vmscript --json
        vmscript plan lab.vmscript --exit-code    exits with 5 if anything would change
      """)

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions

  @Flag(help: "Plan to remove what the stack made and the script no longer declares.")
  var prune = false

  @Flag(help: "Plan to take over domains of a declared name that the stack did not make.")
  var adopt = false

  @Flag(help: "Exit with 5 if anything would change.")
  var exitCode = false

  @OptionGroup var output: OutputOptions

  func validate() throws { try scripts.requireSome() }

  func run() async throws {
    var differs = false
    for input in scripts.inputs {
      let program = try output.compile(input)
      let session = HostSession(output, show: .prints)
      var options = connection.runOptions
      options.prune = prune
      options.adopt = adopt
      let evaluation = script.evaluation
      let report = await session.perform(options) {
        await Runner.plan(program, evaluation: evaluation, options: $0)
      }
      if let status = ExitStatus(report.outcome) { throw status.code }
      differs = differs || !report.plan.isEmpty
      show(report, host: session.display.host)
    }
    if exitCode && differs { throw ExitStatus.differs.code }
  }

  private func show(_ report: RunReport, host: String?) {
    if output.json {
      return Terminal.writeOutput(report.plan.document(sources: report.sources).json() + "\n")
    }
    let color = output.isOutputColored
    let lines = PlanDisplay(color: color).lines(report.plan, host: host)
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}
