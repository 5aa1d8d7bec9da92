import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript screenshot NAME [FILE]`: saves a picture of a guest's screen.
struct ScreenshotCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "screenshot",
    abstract: "Save a picture of a running guest's screen to a file.",
    discussion: """
      The hypervisor decides the format: PNG or PPM. An existing file is not \
      overwritten.

      Examples:
        vmscript screenshot web-1
        vmscript screenshot web-1 boot.ppm
      """)
  static let heading = CommandHeading.guest

  @Argument(help: "The domain's name on the host.", completion: HostNames.domains)
  var name: String

  @Argument(
    help: "The file; defaults to the domain's name with the extension of the format.",
    completion: .file())
  var file: String?

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let picture = try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).screenshot(of: name)
    }
    let path = file ?? picture.fileName(for: name)
    do { try picture.write(to: path) } catch {
      output.report([
        TerminalMessages.unwritable(path, reason: error.localizedDescription)
      ])
      throw ExitStatus.failed.code
    }
    if output.json {
      let document: Value = .map(["file": .string(path), "type": .string(picture.mediaType)])
      Terminal.writeOutput(document.json() + "\n")
    } else if !output.quiet {
      Terminal.writeOutput(path + "\n")
    }
  }
}
