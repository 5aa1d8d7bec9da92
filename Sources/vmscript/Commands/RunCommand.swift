import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript run FILE …`, `vmscript FILE …`, `vmscript -e TEXT`: plan, then apply.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Put a script into effect: plan, then apply.")

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var changes: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    for input in scripts.inputs {
      let program = try output.compile(input)
      let session = HostSession(output)
      var options = connection.runOptions
      changes.apply(to: &options)
      let evaluation = script.evaluation
      let report = await session.perform(options) {
        await Runner.run(program, evaluation: evaluation, options: $0)
      }
      if report.outcome != .noConnection { session.conclude(report) }
      if let status = ExitStatus(report.outcome) { throw status.code }
    }
  }
}
