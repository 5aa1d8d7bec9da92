import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// `vmscript rebuild FILE NAME …`: makes the disks of domains anew from their images.
struct RebuildCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Make the disks of domains anew from their images.",
    discussion: """
      Runs the script; then the disks of the named domains that begin with an image have its \
      current content. What their guests wrote to these disks is lost; other disks are kept. \
      Clones are rebuilt from their source.

      Examples:
        vmscript rebuild lab.vmscript web-1
        vmscript rebuild lab.vmscript web-1 web-2 --yes
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["recreate", "reset", "reinstall", "taint"]

  @Argument(
    help: ArgumentHelp("The script.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var file: String

  @Argument(help: ArgumentHelp("The domains.", valueName: "name"), completion: HostNames.domains)
  var names: [String]

  @Flag(name: [.long, .customShort("y")], help: "Confirm the loss of data.")
  var yes = false

  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await output.each([.file(file)], script) { input, program, evaluation in
      let session = HostSession(output, connection)
      var options = connection.runOptions
      options.assumeYes = yes
      options.rebuild = Set(names)
      options.origin = input.origin
      let report = await session.perform(options) {
        await Runner.run(program, evaluation: evaluation, options: $0)
      }
      return (session.conclude(report), ExitStatus(report.outcome))
    }
  }
}
