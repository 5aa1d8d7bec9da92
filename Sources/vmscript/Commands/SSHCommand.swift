import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript ssh NAME`: signs in to a guest at the address that the host knows.
struct SSHCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ssh",
    abstract: "Sign in to a running guest by SSH, at the address that the host knows.",
    discussion: """
      The guest's host key is remembered by the domain's UUID, for addresses pass from guest to \
      guest. A guest of a host that is connected to by qemu+ssh:// is reached through that host. \
      The exit code is ssh's.

      Examples:
        vmscript ssh debian@web-1
        vmscript ssh root@web-1 uname -a
      """)
  static let heading = CommandHeading.guest

  @Argument(
    help: ArgumentHelp("The domain, and whom to sign in as.", valueName: "[user@]name"),
    completion: HostNames.domains)
  var target: String

  @Argument(
    parsing: .captureForPassthrough, help: "What to run there; nothing is a shell.")
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
