import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript destroy FILE …` or `--stack NAME`: removes what a stack made, and nothing else.
struct DestroyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Remove what a stack made, and nothing else.")

  @Argument(help: ArgumentHelp("The stack's script; only its name counts.", valueName: "file"))
  var files: [String] = []

  @Option(help: "The stack's name, in place of a script.")
  var stack: String?

  @Flag(name: [.long, .customShort("y")], help: "Do it without asking.")
  var yes = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard files.isEmpty != (stack == nil) else {
      throw ValidationError("destroy wants a script, or --stack NAME and no script")
    }
    if let stack, !Program.isStackName(stack) {
      throw ValidationError("a stack's name is made of letters, digits, _ and -, not '\(stack)'")
    }
  }

  func run() async throws {
    if let stack { return try await destroy(stack) }
    for file in files {
      try await destroy(try output.compile(.file(file)).stackName)
    }
  }

  private func destroy(_ stack: String) async throws {
    let session = HostSession(output)
    var options = connection.runOptions
    options.assumeYes = yes
    let report = await session.perform(options) {
      await Runner.destroy(stack: stack, options: $0)
    }
    if report.outcome != .noConnection { session.conclude(report) }
    if let status = ExitStatus(report.outcome) { throw status.code }
  }
}
