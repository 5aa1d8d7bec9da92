import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime

/// `vmscript xml FILE [NAME]`: prints the libvirt XML of a script's networks and domains.
struct XMLCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "xml",
    abstract: "Print the libvirt XML of the declared networks and domains.",
    discussion: """
      With --connect or LIBVIRT_DEFAULT_URI, the XML depends on the host: its pools, its \
      hypervisor, and the definitions that a run would change. Otherwise no connection is made, \
      unless the script clones a domain of the host.

      Examples:
        vmscript xml lab.vmscript
        vmscript xml lab.vmscript web-1 --connect qemu:///system
      """)
  static let heading = CommandHeading.script
  static let synonyms = ["dumpxml"]

  @Argument(
    help: ArgumentHelp("The script; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var file: String

  @Argument(
    help: "The one network or domain to print.", completion: HostNames.declared)
  var name: String?

  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  // Accepts the options of a run.
  @OptionGroup(visibility: .hidden) var changes: ChangeOptions

  func run() async throws {
    try await output.each([.file(file)], script) { _, program, evaluation in
      let report = await Definitions.of(
        program, named: name, evaluation: evaluation, options: connection.runOptions,
        isOnHost: connection.host != nil)
      output.report(report.diagnostics, program.sources)
      if let error = report.diagnostics.first(where: { $0.severity == .error }) {
        return (nil, ExitStatus(error))
      }
      if !output.json {
        let text = report.definitions.map { $0.xml + "\n" }.joined(separator: "\n")
        Terminal.writeOutput(Terminal.shown(text, on: STDOUT_FILENO))
      }
      return (.list(report.definitions.map(\.document)), nil)
    }
  }
}
