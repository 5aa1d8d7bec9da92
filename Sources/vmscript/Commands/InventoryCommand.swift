import ArgumentParser
import VMScript
import VMScriptRuntime

/// `vmscript inventory`: prints the guests as Ansible reads them.
struct InventoryCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract: "Print the running guests as an inventory of Ansible.",
    discussion: """
      Each guest with a known address is a host. Groups are the stacks and the labels, such as \
      role_web for the label role = "web". A script that calls this command with "$@" is a dynamic \
      inventory.

      Examples:
        vmscript inventory --stack lab --user debian > hosts.json
        ansible -i hosts.json role_web -m ping
      """)
  static let heading = CommandHeading.guest

  @Flag(help: ArgumentHelp("List all hosts, as without it.", visibility: .hidden))
  var list = false

  @Option(help: ArgumentHelp("Only the variables of one host.", valueName: "name"))
  var host: String?

  @OptionGroup var guests: GuestListOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let inventory = try await guests.documents(connection, output).inventory
    guard let host else { return Terminal.writeOutput(inventory.json() + "\n") }
    var variables = Value.map([:])
    if case .map(let document) = inventory, case .map(let meta)? = document["_meta"],
      case .map(let hosts)? = meta["hostvars"], let found = hosts[host]
    {
      variables = found
    }
    Terminal.writeOutput(variables.json() + "\n")
  }
}
