import ArgumentParser
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax

/// `vmscript check FILE …`: reports all errors that need no connection.
struct CheckCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Report every error of scripts, without a connection.",
    discussion: """
      Checks syntax, names, types and the relations between resources. \
      Required parameters need no value here.

      Examples:
        vmscript check lab.vmscript
        vmscript check *.vmscript --json
      """)
  static let heading = CommandHeading.script
  static let synonyms = ["validate", "lint"]

  @OptionGroup var scripts: ScriptArguments
  @OptionGroup var script: ScriptOptions
  @OptionGroup var output: OutputOptions
  // Accepts the options of a run, so that only the first word has to change.
  @OptionGroup(visibility: .hidden) var connection: ConnectionOptions
  @OptionGroup(visibility: .hidden) var changes: ChangeOptions

  func validate() throws { try scripts.requireSome() }

  func run() async throws {
    let compiled = scripts.inputs.map(compile)
    let programs = compiled.compactMap(\.program)
    var hasErrors = false
    var results: [Value] = []
    for (input, compilation) in zip(scripts.inputs, compiled) {
      let found = try await problems(compilation.program, among: programs)
      let diagnostics = compilation.diagnostics + found
      output.report(diagnostics, compilation.sources)
      let errors = diagnostics.count { $0.severity == .error }
      hasErrors = hasErrors || errors > 0
      results.append(
        .map([
          "file": .string(input.name), "errors": .int(Int64(errors)),
          "warnings": .int(Int64(diagnostics.count { $0.severity == .warning })),
        ]))
    }
    if output.json { Terminal.writeOutput(Value.list(results).json() + "\n") }
    if hasErrors { throw ExitStatus.scriptErrors.code }
    if output.screen.isLive, !output.quiet {
      Terminal.writeMessage(CommandLineMessages.noErrors(in: scripts.inputs.count) + "\n")
    }
  }

  /// Checks a program on a thread of its own, which may wait for a validator.
  private func problems(
    _ program: Program?, among programs: [Program]
  ) async throws -> [Diagnostic] {
    guard let program else { return [] }
    let evaluation = script.evaluation(of: program, among: programs)
    return try await BlockingWork.run { _ in
      program.check(evaluation, judge: PatchChecks.diagnostics)
    }
  }

  private func compile(
    _ input: ScriptInput
  ) -> (program: Program?, diagnostics: [Diagnostic], sources: SourceMap) {
    do throws(Diagnostic) {
      let compilation = Engine.commandLine.compilation(of: try input.read())
      return (compilation.program, compilation.diagnostics, compilation.sources)
    } catch {
      return (nil, [error], SourceMap())
    }
  }
}
