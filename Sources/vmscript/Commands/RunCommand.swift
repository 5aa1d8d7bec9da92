import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript run FILE …`, `vmscript FILE …`, `vmscript -e TEXT`: plan, then apply.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Put scripts into effect: plan, then apply. The default: `vmscript FILE`.",
    discussion: """
      What is already as declared is left alone; what would lose data is asked for first. \
      Ctrl-C ends in order, twice at once; the next run goes on from what is there.

      Examples:
        vmscript run lab.vmscript --set replicas=3
        vmscript lab.vmscript --connect qemu+ssh://host/system
        vmscript -e 'print 20GiB / 8GiB'
        vmscript - < lab.vmscript
      """)

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var changes: ChangeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let evaluation = script.evaluation
    try await output.each(inputs()) { input, program in
      let session = HostSession(output, connection)
      var options = connection.runOptions
      changes.apply(to: &options)
      if case .text = input { options.connectsOnlyIfNeeded = true }
      let report = await session.perform(options) {
        await Runner.run(program, evaluation: evaluation, options: $0)
      }
      let document = session.conclude(
        report, summarizes: program.speaksOfResources || changes.prune)
      return (document, ExitStatus(report.outcome))
    }
  }

  /// What was named; without a name what comes in, if nobody sits there to type it.
  private func inputs() throws -> [ScriptInput] {
    let named = scripts.inputs
    guard named.isEmpty else { return named }
    guard Terminal.isTerminal(STDIN_FILENO) else { return [.file("-")] }
    Terminal.writeMessage(
      VMScriptCommand.helpMessage() + "\n\n" + CommandLineMessages.noShell + "\n")
    throw ExitStatus.usage.code
  }
}
