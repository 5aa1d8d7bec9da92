import ArgumentParser
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript destroy FILE …` or `--stack NAME`: removes the resources of a stack, and nothing else.
struct DestroyCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy",
    abstract: "Remove the resources of a stack, and nothing else.",
    discussion: """
      Removes machines with their disks, seeds, snapshots and firmware state, then networks, then \
      images that nothing else uses. Resources of other stacks stay untouched.

      Examples:
        vmscript destroy lab.vmscript
        vmscript destroy --stack lab --yes
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["down", "remove", "rm", "undefine"]

  @Argument(
    help: ArgumentHelp("The stack's script; only the stack's name is used.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var files: [String] = []

  @Flag(name: [.long, .customShort("y")], help: "Confirm the removal.")
  var yes = false

  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !files.isEmpty || script.stack != nil else {
      throw ValidationError(CommandLineMessages.stackOrScript)
    }
  }

  func run() async throws {
    if let stack = script.stack {
      let (document, status) = await destroy(stack)
      if output.json, let document { Terminal.writeOutput(document.json() + "\n") }
      if let status { throw status.code }
      return
    }
    try await output.each(files.map(ScriptInput.file), script) { input, program, evaluation in
      let (stack, diagnostics) = program.resolveStackName(evaluation)
      output.report(diagnostics, program.sources)
      return diagnostics.isEmpty ? await destroy(stack, from: input.origin) : (nil, .scriptErrors)
    }
  }

  private func destroy(
    _ stack: String, from origin: StackOrigin? = nil
  ) async -> (document: Value?, status: ExitStatus?) {
    let session = HostSession(output, connection)
    var options = connection.runOptions
    options.assumeYes = yes
    options.origin = origin
    let report = await session.perform(options) {
      await Runner.destroy(stack: stack, options: $0)
    }
    let document = session.conclude(report, idle: CommandLineMessages.nothingToRemove)
    return (document, ExitStatus(report.outcome))
  }
}
