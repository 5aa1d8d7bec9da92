import ArgumentParser
import VMScript
import VMScriptPlan
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript graph FILE`: draws the resources of a script and what each depends on.
struct GraphCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw the declared resources and what each depends on.",
    discussion: """
      Prints a graph in the DOT language of Graphviz, or as SVG, which needs Graphviz. No connection \
      is made. Dashed nodes are resources of the host that the script does not declare.

      Examples:
        vmscript graph lab.vmscript
        vmscript graph lab.vmscript --svg > lab.svg
      """)
  static let heading = CommandHeading.script

  @Argument(
    help: ArgumentHelp("The script; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var file: String

  @Flag(help: "Draw the graph as SVG with Graphviz's `dot`.")
  var svg = false

  @OptionGroup var script: ScriptOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await output.each([.file(file)], script) { _, program, evaluation in
      let outcome = program.evaluate(evaluation, host: OfflineHost { _ in })
      output.report(outcome.diagnostics, program.sources)
      guard outcome.succeeded else { return (nil, .scriptErrors) }
      let dot = DeclarationGraph(outcome.declarations).dot
      guard svg else {
        if !output.json { Terminal.writeOutput(dot) }
        return (.map(["dot": .string(dot)]), nil)
      }
      do throws(Diagnostic) {
        let drawing = try await draw(dot)
        if !output.json { Terminal.writeOutput(drawing) }
        return (.map(["dot": .string(dot), "svg": .string(drawing)]), nil)
      } catch {
        output.report([error])
        return (nil, .failed)
      }
    }
  }

  private func draw(_ dot: String) async throws(Diagnostic) -> String {
    do { return try await GraphDrawing.svg(dot) } catch {
      switch error {
      case StorageFailure.toolMissing(let tool):
        throw TerminalMessages.noProgram(tool, package: "graphviz")
      case let failure as GraphDrawing.Failure:
        throw CommandLineMessages.notDrawn(status: failure.status, failure.messages)
      default: throw CommandLineMessages.notDrawn(status: nil, error.localizedDescription)
      }
    }
  }
}
