import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript status FILE`: compares each resource with its declaration.
struct StatusCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show each declared resource: as declared, different, missing or undeclared.",
    discussion: """
      Examples:
        vmscript status lab.vmscript
        vmscript status lab.vmscript --exit-code    exits with 5 unless all are as declared
        vmscript status lab.vmscript --verify       also reads the images on the host
      """)
  static let heading = CommandHeading.host

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var connection: ConnectionOptions

  @Flag(help: "Exit with 5 unless all resources are as declared.")
  var exitCode = false

  @Flag(help: "Read the images on the host and compare their digests with those of the uploads.")
  var verify = false

  @OptionGroup var output: OutputOptions
  // Accepts the options of a run.
  @OptionGroup(visibility: .hidden) var changes: ChangeOptions

  func validate() throws { try scripts.requireSome() }

  func run() async throws {
    var differs = false
    try await output.each(scripts.inputs, script) { _, program, evaluation in
      let session = HostSession(output, connection, show: .nothing)
      let report = await session.perform(connection.runOptions) {
        await Runner.plan(program, evaluation: evaluation, options: $0)
      }
      if let status = ExitStatus(report.outcome) { return (nil, status) }
      var status = StackStatus(report)
      if verify {
        do throws(Diagnostic) {
          let damaged = try await Inspector.damagedImages(
            of: status.stack, uri: connection.uri, patience: connection.patience)
          status = status.marking(damaged: Set(damaged.keys))
          output.report(damaged.sorted { $0.key < $1.key }.map(\.value))
        } catch {
          output.report([error])
          return (nil, ExitStatus(error))
        }
      }
      differs = differs || !status.isAsDeclared
      if !output.json { show(status) }
      let isDamaged = status.entries.contains { $0.standing == .damaged }
      return (status.document, isDamaged ? .failed : nil)
    }
    if exitCode && differs { throw ExitStatus.differs.code }
  }

  private func show(_ status: StackStatus) {
    let lines = InspectionDisplay(color: output.isOutputColored).lines(status)
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}
