import ArgumentParser

/// The command `vmscript`: arguments in, exit code out.
@main
struct VMScriptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmscript",
    abstract: "A small language that describes virtual machines, and puts them into effect.",
    version: "0.1.0",
    subcommands: [
      RunCommand.self, PlanCommand.self, DestroyCommand.self, CheckCommand.self,
      EvaluateCommand.self, FormatCommand.self, ExplainCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}
