import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript list`: lists the domains, networks and images of a host with their stacks.
struct ListCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List domains, networks and images of the host, with their stacks.",
    discussion: """
      Examples:
        vmscript list
        vmscript list --stack lab --json
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["ls", "ps"]

  @Option(
    help: ArgumentHelp("List only the resources of this stack.", valueName: "name"),
    completion: HostNames.stacks)
  var stack: String?

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let stack = stack.map { Program.stackName(resembling: $0) ?? $0 }
    var inventory = try await output.inspecting { () async throws(Diagnostic) in
      try await Inspector.inventory(
        uri: connection.uri, stack: stack, patience: connection.patience)
    }
    if let stack { inventory = inventory.owned(by: stack) }
    if output.json { return Terminal.writeOutput(inventory.document.json() + "\n") }
    let lines = InspectionDisplay(color: output.isOutputColored).lines(inventory)
    if lines.isEmpty, !output.quiet {
      return Terminal.writeMessage(CommandLineMessages.nothingListed(stack) + "\n")
    }
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}
