import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax

/// `vmscript ssh-config`: prints the guests as ssh reads them.
struct SSHConfigCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ssh-config",
    abstract: "Print entries of ssh_config for the running guests, so that `ssh NAME` works.",
    discussion: """
      Each guest with a known address gets an entry. Its host key is stored under the domain's \
      UUID. Run it again after addresses have changed.

      Examples:
        vmscript ssh-config --user debian > ~/.ssh/config.d/lab
        ssh -F <(vmscript ssh-config) web-1
      """)
  static let heading = CommandHeading.guest

  @OptionGroup var guests: GuestListOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    Terminal.writeOutput(try await guests.documents(connection, output).sshConfig)
  }
}

/// The options of commands that list guests for other programs.
struct GuestListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only the guests of this stack.", valueName: "name"),
    completion: HostNames.stacks)
  var stack: String?

  @Option(help: ArgumentHelp("The user to sign in as.", valueName: "name"))
  var user: String?

  /// Reads the guests of the host.
  func documents(
    _ connection: ConnectionOptions, _ output: OutputOptions
  ) async throws -> ReachDocuments {
    let stack = stack.map { Program.stackName(resembling: $0) ?? $0 }
    let inventory = try await output.inspecting { () async throws(Diagnostic) in
      try await Inspector.inventory(
        uri: connection.uri, stack: stack, patience: connection.patience)
    }
    return ReachDocuments(
      stack.map(inventory.owned) ?? inventory, host: HostURI.resolve(connection.uri), user: user)
  }
}
