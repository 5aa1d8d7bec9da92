import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript show NAME`: shows the details of one object of the host, without secrets.
struct ShowCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a domain, network or image: its state, addresses, devices and owner.",
    discussion: """
      Examples:
        vmscript show web-1
        vmscript show web-1 --json
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["describe", "info", "dominfo"]

  @Argument(help: "The name on the host.", completion: HostNames.all)
  var name: String

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let found = try await output.inspecting { () async throws(Diagnostic) in
      try await Inspector.details(of: name, uri: connection.uri, patience: connection.patience)
    }
    if output.json { return Terminal.writeOutput(Value.list(found).json() + "\n") }
    let display = InspectionDisplay(color: output.isOutputColored)
    let lines = found.map { display.lines(details: $0) }.joined(separator: [""])
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}

extension OutputOptions {
  /// Reads from the host, and reports errors.
  func inspecting<T: Sendable>(_ look: () async throws(Diagnostic) -> T) async throws -> T {
    do throws(Diagnostic) {
      return try await look()
    } catch {
      report([error])
      throw ExitStatus(error).code
    }
  }

  /// Works on the host until the first signal, which cancels the work, and reports errors.
  func inspectingUntilInterrupted<T: Sendable>(
    _ work: @escaping @Sendable () async throws(Diagnostic) -> T
  ) async throws -> T {
    let result = await Interruption.guarding {
      true
    } atOnce: {
    } _: { () async -> Result<T, Diagnostic> in
      do throws(Diagnostic) { return .success(try await work()) } catch { return .failure(error) }
    }
    return try await inspecting { () async throws(Diagnostic) in try result.get() }
  }
}
