import ArgumentParser

/// The command `vmscript`: arguments in, exit code out.
@main
struct VMScriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmscript",
    abstract: "A small language that describes virtual machines.",
    version: "0.1.0",
    subcommands: [CheckCommand.self, EvaluateCommand.self, FormatCommand.self, ExplainCommand.self])
}
