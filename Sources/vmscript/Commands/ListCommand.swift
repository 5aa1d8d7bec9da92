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
        vmscript list --watch            shows changes until Ctrl-C
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["ls", "ps"]

  @Option(
    help: ArgumentHelp("List only the resources of this stack.", valueName: "name"),
    completion: HostNames.stacks)
  var stack: String?

  @Flag(
    help: ArgumentHelp(
      """
      Follow the events of the host until Ctrl-C: on a terminal, the lists are redrawn; elsewhere, \
      each event is a line.
      """))
  var watch = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let stack = stack.map { Program.stackName(resembling: $0) ?? $0 }
    if watch {
      let watch = ListWatch(stack: stack, output: output)
      let session = LiveSession(stack: "list", options: connection.runOptions)
      return try await output.inspecting { () async throws(Diagnostic) in
        try await watch.follow(session)
      }
    }
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
