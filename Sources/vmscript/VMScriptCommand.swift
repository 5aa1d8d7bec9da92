import ArgumentParser

/// The command `vmscript`: arguments in, exit code out.
struct VMScriptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmscript",
    abstract: "A small language that describes virtual machines and puts them into effect.",
    usage: """
      vmscript [<options>]
      vmscript <file> … [<options>]
      vmscript <subcommand> … [<options>]
      """,
    discussion: """
      Without a file, at a terminal, it is a shell.

      Examples:
        vmscript lab.vmscript                       plan, then apply
        vmscript plan lab.vmscript                  what would change
        vmscript run lab.vmscript --connect test:///default
        vmscript destroy lab.vmscript               remove what it made

      Exit codes: 0 done, 1 the run failed, 2 the script has errors, 3 refused (needs confirmation), \
      4 no connection, 5 `--exit-code` found changes, 64 wrong usage.

      Completions: vmscript --generate-completion-script bash|zsh|fish
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Host",
        subcommands: [
          RunCommand.self, PlanCommand.self, DestroyCommand.self, StatusCommand.self,
          ListCommand.self, ShowCommand.self,
        ]),
      CommandGroup(
        name: "Guest",
        subcommands: [ConsoleCommand.self, SSHCommand.self, ScreenshotCommand.self]),
      CommandGroup(
        name: "Script",
        subcommands: [
          CheckCommand.self, EvaluateCommand.self, XMLCommand.self, FormatCommand.self,
          ExplainCommand.self, LspCommand.self, GenerateCommand.self,
        ]),
    ],
    defaultSubcommand: RunCommand.self)
}
