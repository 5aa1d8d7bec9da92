import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptShell
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript run FILE …`, `vmscript FILE …`, `vmscript -e TEXT`: plan, then apply.
struct RunCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Plan and apply scripts. The default command: `vmscript FILE`.",
    discussion: """
      Changes only what differs from the declaration, and asks before it loses data. \
      Ctrl-C stops after the changes in flight; a second Ctrl-C stops at once. The next run \
      continues from the current state.

      Examples:
        vmscript run lab.vmscript --set replicas=3
        vmscript lab.vmscript --connect qemu+ssh://host/system
        vmscript -e 'print 20GiB / 8GiB'
        vmscript - < lab.vmscript
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["apply", "create", "up"]

  @Flag(name: .customShort("i"), help: "Stay in the shell after the script.")
  var isInteractive = false

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var changes: ChangeOptions
  @Flag(help: "List every property of new resources.")
  var verbose = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    if isInteractive || (scripts.inputs.isEmpty && Terminal.isTerminal(STDIN_FILENO)) {
      return try await openShell()
    }
    try await output.each(inputs(), script) { input, program, evaluation in
      let session = HostSession(output, connection, isVerbose: verbose)
      var options = connection.runOptions
      changes.apply(to: &options)
      options.origin = input.origin
      if case .text = input { options.connectsOnlyIfNeeded = true }
      let report = await session.perform(options) {
        await Runner.run(program, evaluation: evaluation, options: $0)
      }
      let document = session.conclude(
        report, summarizes: program.speaksOfResources || changes.prune)
      return (document, ExitStatus(report.outcome))
    }
  }

  /// The named scripts; without any, standard input.
  private func inputs() -> [ScriptInput] {
    scripts.inputs.isEmpty ? [.file("-")] : scripts.inputs
  }

  /// Starts the shell.
  private func openShell() async throws {
    var evaluation = script.evaluation
    evaluation.stack = nil
    var options = connection.runOptions
    changes.apply(to: &options)
    let session = LiveSession(
      stack: script.stack ?? "shell", evaluation: evaluation, options: options)
    var screen = output.screen
    screen = Screen(
      writeMessage: Terminal.writeOutput, writeOutput: Terminal.writeOutput, size: screen.size,
      isLive: screen.isLive, color: output.isOutputColored, showsOutput: true)
    let text: SourceText?
    do throws(Diagnostic) { text = try scripts.inputs.first?.read() } catch {
      output.report([error])
      throw ExitStatus(error).code
    }
    guard await Shell(session, screen: screen, script: text).run() else {
      throw ExitStatus.usage.code
    }
  }
}
