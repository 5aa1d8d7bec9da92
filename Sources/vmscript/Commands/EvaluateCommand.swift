import ArgumentParser
import VMScript
import VMScriptSyntax

/// `vmscript eval FILE`: the outputs of a script as one JSON object, without a connection.
struct EvaluateCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate a script and print its outputs as JSON, without a connection.",
    discussion: """
      Lines that the script prints go to standard error.

      Examples:
        vmscript eval sizes.vmscript
        vmscript eval lab.vmscript --resources --set replicas=5
        vmscript eval -e 'output n = 6 * 7'
      """)
  static let heading = CommandHeading.script
  static let synonyms = ["evaluate"]

  @OptionGroup var scripts: ScriptArguments

  @Flag(help: "Also print the declared resources: {\"outputs\": …, \"resources\": […]}.")
  var resources = false

  @OptionGroup var script: ScriptOptions
  @OptionGroup var output: OutputOptions
  // Accepts the options of a run, so that only the first word has to change.
  @OptionGroup(visibility: .hidden) var connection: ConnectionOptions
  @OptionGroup(visibility: .hidden) var changes: ChangeOptions

  func validate() throws { try scripts.requireSome() }

  func run() async throws {
    let output = output
    try await output.each(scripts.inputs, script, writesDocument: true) { _, program, evaluation in
      let host = OfflineHost { output.printAside($0) }
      let outcome = program.evaluate(evaluation, host: host)
      output.report(outcome.diagnostics, program.sources)
      return outcome.succeeded ? (document(of: outcome), nil) : (nil, .scriptErrors)
    }
  }

  private func document(of outcome: EvaluationOutcome) -> Value {
    guard resources else { return .map(outcome.outputs) }
    return .map([
      "outputs": .map(outcome.outputs),
      "resources": .list(outcome.declarations.declarations.map(\.document)),
    ])
  }
}
