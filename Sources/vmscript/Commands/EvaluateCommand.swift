import ArgumentParser
import VMScript
import VMScriptSyntax

/// `vmscript eval FILE`: the outputs of a script as one JSON object, without a connection.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Evaluate a script and print its outputs as JSON.")

  @Argument(help: "The script; - reads standard input.")
  var file: String

  @OptionGroup var script: ScriptOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let program = try output.compile(.file(file))
    // What a script prints goes to standard error: standard output is the one document.
    let output = output
    let host = OfflineHost { output.printAside($0) }
    let outcome = program.evaluate(script.evaluation, host: host)
    output.report(outcome.diagnostics, program.sources)
    guard outcome.succeeded else { throw ExitStatus.scriptErrors.code }
    Terminal.writeOutput(Value.map(outcome.outputs).json() + "\n")
  }
}
