import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript console NAME`: attaches to the text console of a running guest.
struct ConsoleCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Attach to the text console of a running guest; Ctrl-] detaches.",
    discussion: """
      If standard input is not a terminal, its content is sent to the console, and the output is \
      shown until the guest stops.

      Examples:
        vmscript console web-1
        vmscript console web-1 --log web-1.log
        vmscript console web-1 < /dev/null >> web-1.log
      """)
  static let heading = CommandHeading.guest
  static let synonyms = ["attach"]

  @Argument(help: "The domain's name on the host.", completion: HostNames.domains)
  var name: String

  @Flag(help: "Take over the console from another session.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "Also write the guest's output to a new file that only you can read.", valueName: "file"),
    completion: .file())
  var log: String?

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let isQuiet = output.quiet
    let transcript: LocalFile?
    do { transcript = try log.map { try LocalFile(writing: $0) } } catch {
      let reason = LocalFile.reason(of: error)
      output.report([TerminalMessages.unwritable(log ?? "", reason: reason)])
      throw ExitStatus.failed.code
    }
    let end = try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).withConsole(
        of: name, takesOver: force
      ) { console in
        if !isQuiet { Terminal.writeMessage(TerminalMessages.atConsole + "\n") }
        let end = await ConsoleBridge(console, transcript: transcript).run()
        if !isQuiet { Terminal.writeMessage("\n" + TerminalMessages.consoleEnded(end) + "\n") }
        return end
      }
    }
    if case .unwritable(let reason) = end {
      output.report([TerminalMessages.unwritable(log ?? "", reason: reason)])
      throw ExitStatus.failed.code
    }
  }
}
