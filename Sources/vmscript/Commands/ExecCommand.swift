import ArgumentParser
import Foundation
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript exec NAME -- COMMAND`: runs a command in a guest.
struct ExecCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command in a running guest, through its agent or by SSH.",
    discussion: """
      The guest agent runs the command as root. If no agent answers, or with USER@NAME, ssh runs \
      it. Output is printed as it comes. The exit code is the command's; 127 if the guest has no \
      such program.

      Examples:
        vmscript exec web-1 -- uname -a
        vmscript exec web-1 -- sh -c 'df -h / | tail -1'
        vmscript exec -i web-1 -- tee /etc/motd < motd
      """)
  static let heading = CommandHeading.guest

  @Flag(name: [.short, .long], help: "Pass standard input, up to its end, to the command.")
  var input = false

  @Argument(
    help: ArgumentHelp("The domain; with a user, ssh runs the command.", valueName: "[user@]name"),
    completion: HostNames.domains)
  var target: String

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
  var command: [String] = []

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if command.isEmpty { throw ValidationError("name a command after `--`") }
  }

  func run() async throws {
    let (user, name) = SSHDestination.parts(of: target)
    let reach = GuestReach(uri: connection.uri, patience: connection.patience)
    let (command, input) = (command, input ? STDIN_FILENO : nil)
    let execution = try await output.inspectingUntilInterrupted { () async throws(Diagnostic) in
      try await reach.execute(command, in: name, user: user, input: input) { isError, bytes in
        (isError ? FileHandle.standardError : .standardOutput).write(Data(bytes))
      }
    }
    let status: Int32?
    switch execution {
    case .finished(let code): status = code
    case .bySSH(let command): status = TerminalProgram.run(command)
    }
    guard let status else {
      output.report([TerminalMessages.noProgram("ssh")])
      throw ExitStatus.failed.code
    }
    if status != 0 { throw ExitCode(status) }
  }
}
