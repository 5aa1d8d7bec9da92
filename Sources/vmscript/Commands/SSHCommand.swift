import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript ssh NAME`: connects to a guest at the address that the host reports.
struct SSHCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ssh",
    abstract: "Connect to a running guest by SSH, at the address that the host reports.",
    discussion: """
      The guest's host key is stored under the domain's UUID, because addresses move from guest to \
      guest. With qemu+ssh:// the connection goes through the host. \
      The exit code is ssh's.

      Examples:
        vmscript ssh debian@web-1
        vmscript ssh root@web-1 uname -a
      """)
  static let heading = CommandHeading.guest

  @Argument(
    help: ArgumentHelp("The domain, and the user to log in as.", valueName: "[user@]name"),
    completion: HostNames.domains)
  var target: String

  @Argument(
    parsing: .captureForPassthrough, help: "The command to run there; defaults to a shell.")
  var command: [String] = []

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let (user, name) = SSHDestination.parts(of: target)
    let destination = try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).ssh(to: name)
    }
    guard let status = TerminalProgram.run(destination.command(user: user, running: command))
    else {
      output.report([TerminalMessages.noProgram("ssh")])
      throw ExitStatus.failed.code
    }
    if status != 0 { throw ExitCode(status) }
  }
}
