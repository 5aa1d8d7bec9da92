import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript vnc NAME`: shows a guest's display in a viewer, or prints its address.
struct VNCCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "vnc",
    abstract: "Show a guest's display in a viewer, or print its address.",
    discussion: """
      Starts remote-viewer, or vncviewer for VNC, if one is installed and there is a graphical \
      session. Otherwise prints the address. A display may also be a SPICE one.

      Examples:
        vmscript vnc web-1
        vmscript vnc web-1 --print
      """)
  static let heading = CommandHeading.guest
  static let synonyms = ["viewer", "spice", "display"]

  @Argument(help: "The domain's name on the host.", completion: HostNames.domains)
  var name: String

  @Flag(help: "Print the addresses of all displays; start no viewer.")
  var print = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let displays = try await output.inspecting { () async throws(Diagnostic) in
      try await GuestReach(uri: connection.uri, patience: connection.patience).displays(of: name)
    }
    if output.json {
      let document: Value = .map(["displays": .list(displays.map(\.document))])
      return Terminal.writeOutput(document.json() + "\n")
    }
    if !print, hasGraphicalSession, let first = displays.first, let status = view(first) {
      if status != 0 { throw ExitStatus.failed.code }
      return
    }
    Terminal.writeOutput(displays.map { $0.uri + "\n" }.joined())
  }

  private var hasGraphicalSession: Bool {
    let environment = ProcessInfo.processInfo.environment
    return ["DISPLAY", "WAYLAND_DISPLAY"].contains { !(environment[$0] ?? "").isEmpty }
  }

  /// Runs the first viewer that is installed; returns its exit status, or nil if none is.
  private func view(_ display: GuestDisplay) -> Int32? {
    for command in display.viewers {
      if let status = TerminalProgram.run(command) { return status }
    }
    return nil
  }
}
