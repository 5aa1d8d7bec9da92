import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// `vmscript doctor [FILE]`: reports what a host lacks, with the commands that fix it.
struct DoctorCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Report what the host lacks, with the commands that fix it.",
    discussion: """
      With a script, reports what its resources need; without one, what any machine needs. Nothing \
      is changed. Exits with 1 if anything that is needed is missing. On another machine, only \
      what libvirt reports is checked.

      Examples:
        vmscript doctor
        vmscript doctor lab.vmscript
        vmscript doctor lab.vmscript --connect qemu+ssh://HOST/system
      """)
  static let heading = CommandHeading.host
  static let synonyms = ["diagnose"]

  @Argument(
    help: ArgumentHelp("The script; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var file: String?

  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard let file else {
      let report = try await Doctor.examine(uri: connection.uri, patience: connection.patience)
      if output.json { Terminal.writeOutput(report.document.json() + "\n") }
      if let status = show(report) { throw status.code }
      return
    }
    var failure: CancellationError?
    try await output.each([.file(file)], script) { _, program, evaluation in
      do throws(CancellationError) {
        let report = try await Doctor.examine(
          program, evaluation: evaluation, uri: connection.uri,
          hypervisor: connection.hypervisor, patience: connection.patience)
        output.report(report.diagnostics, program.sources)
        guard !report.diagnostics.contains(where: { $0.severity == .error }) else {
          return (nil, .scriptErrors)
        }
        return (report.document, show(report))
      } catch {
        failure = error
        return (nil, .failed)
      }
    }
    if let failure { throw failure }
  }

  /// Writes the lines of a report; returns the status of a host that lacks something.
  private func show(_ report: DoctorReport) -> ExitStatus? {
    if !output.json {
      let lines = DoctorDisplay(color: output.isOutputColored).lines(report)
      Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
    }
    return report.isFit ? nil : .failed
  }
}
