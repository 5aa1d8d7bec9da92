import ArgumentParser
import VMScript
import VMScriptPlan

/// `vmscript graph FILE`: draws the resources of a script and what each depends on.
struct GraphCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw the declared resources and what each depends on, for Graphviz.",
    discussion: """
      Prints a graph in the DOT language; no connection is made. Dashed nodes are resources of the \
      host that the script does not declare.

      Examples:
        vmscript graph lab.vmscript
        vmscript graph lab.vmscript | dot -Tsvg > lab.svg
      """)
  static let heading = CommandHeading.script

  @Argument(
    help: ArgumentHelp("The script; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var file: String

  @OptionGroup var script: ScriptOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await output.each([.file(file)], script) { _, program, evaluation in
      let outcome = program.evaluate(evaluation, host: OfflineHost { _ in })
      output.report(outcome.diagnostics, program.sources)
      guard outcome.succeeded else { return (nil, .scriptErrors) }
      let dot = DeclarationGraph(outcome.declarations).dot
      if !output.json { Terminal.writeOutput(dot) }
      return (.map(["dot": .string(dot)]), nil)
    }
  }
}
