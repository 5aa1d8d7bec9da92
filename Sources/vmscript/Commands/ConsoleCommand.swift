import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript console NAME`: the text console of a running guest.
struct ConsoleCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Attach to the text console of a running guest; Ctrl-] leaves it.",
    discussion: """
      Where standard input is no terminal, what it has is typed at the console, and the console is \
      shown until the guest goes.

      Examples:
        vmscript console web-1
        vmscript console web-1 < /dev/null >> web-1.log
      """)
  static let heading = CommandHeading.guest
  static let synonyms = ["attach"]

  @Argument(help: "The domain's name on the host.", completion: HostNames.domains)
  var name: String

  @Flag(help: "Take the console from another session that has it.")
  var force = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let isQuiet = output.quiet
    try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).withConsole(
        of: name, takesOver: force
      ) { console in
        if !isQuiet { Terminal.writeMessage(TerminalMessages.atConsole + "\n") }
        let end = await ConsoleBridge(console).run()
        if !isQuiet { Terminal.writeMessage("\n" + TerminalMessages.consoleEnded(end) + "\n") }
      }
    }
  }
}
