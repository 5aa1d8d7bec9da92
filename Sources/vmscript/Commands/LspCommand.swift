import ArgumentParser
import Foundation
import VMScriptLanguageServer
import VMScriptTerminal

/// `vmscript lsp`: runs a language server on standard input and output.
struct LspCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp",
    abstract: "Run a language server for an editor.",
    discussion: """
      An editor starts the server and uses the Language Server Protocol on standard input and \
      output. The server offers diagnostics, completion, hover, navigation, rename and formatting. \
      It connects to no host.
      """)
  static let heading = CommandHeading.script

  // Some editors pass this flag.
  @Flag(help: .hidden) var stdio = false

  func run() throws {
    let server = LanguageServer(version: VMScriptCommand.configuration.version) { message in
      // A failed write means that the editor is gone; the end of the input follows.
      StandardOutput.write(Array(message))
    }
    let isOrderly = server.serve { FileHandle.standardInput.availableData }
    if !isOrderly { throw ExitCode.failure }
  }
}
