import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript logs NAME`: prints the logs of a guest.
struct LogsCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Print QEMU's log of a guest, and the log files of its consoles.",
    discussion: """
      The files are on the host of libvirt, which must be this machine. At most the last 1 MiB of \
      each is printed.

      Examples:
        vmscript logs web-1
        vmscript logs web-1 --lines 20
      """)
  static let heading = CommandHeading.guest
  static let synonyms = ["log"]

  @Argument(help: "The domain's name on the host.", completion: HostNames.domains)
  var name: String

  @Option(help: ArgumentHelp("Print only the last lines of each log.", valueName: "number"))
  var lines: Int?

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let lines, lines < 1 {
      throw ValidationError("--lines needs a number of at least 1, not \(lines)")
    }
  }

  func run() async throws {
    let logs = try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).logs(of: name)
    }
    if output.json {
      let document: Value = .map(["logs": .list(logs.map(\.document))])
      return Terminal.writeOutput(document.json() + "\n")
    }
    for (position, log) in logs.enumerated() {
      if logs.count > 1, !output.quiet {
        Terminal.writeOutput((position > 0 ? "\n" : "") + "==> \(log.path) <==\n")
      }
      Terminal.writeOutput(Terminal.shown(end(of: log.text), on: STDOUT_FILENO))
    }
  }

  private func end(of text: String) -> String {
    guard let lines else { return text }
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    let count = text.hasSuffix("\n") ? lines + 1 : lines
    return all.suffix(count).joined(separator: "\n")
  }
}
