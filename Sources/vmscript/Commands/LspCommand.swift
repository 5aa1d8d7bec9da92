import ArgumentParser
import Foundation
import VMScriptLanguageServer
import VMScriptTerminal

/// `vmscript lsp`: a language server for editors, on standard input and output.
struct LspCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp",
    abstract: "Serve an editor by the Language Server Protocol.",
    discussion: """
      An editor starts it and speaks with it on standard input and output. It shows what is wrong \
      as one types, completes, explains, finds, renames and formats. It connects to no host.
      """)
  static let heading = CommandHeading.script

  // Some editors say so.
  @Flag(help: .hidden) var stdio = false

  func run() throws {
    let server = LanguageServer(version: VMScriptCommand.configuration.version) { message in
      // An editor that is gone is told nothing more; the end of the input follows.
      StandardOutput.write(Array(message))
    }
    let isOrderly = server.serve { FileHandle.standardInput.availableData }
    if !isOrderly { throw ExitCode.failure }
  }
}
