import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime

/// `vmscript xml FILE [NAME]`: the libvirt XML that a script's networks and domains become.
struct XMLCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "xml",
    abstract: "Print the libvirt XML that networks and domains would be defined by.",
    discussion: """
      Where --connect or LIBVIRT_DEFAULT_URI names a host, what is there counts: its pools, its \
      hypervisor, and the definitions that a run would change. Else nothing is connected to, unless \
      a domain of the host is cloned.

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
  // What a run takes is taken here too.
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
