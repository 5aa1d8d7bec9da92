import ArgumentParser
import Foundation
import VMScriptSyntax
import VMScriptTerminal

extension ColorChoice: ExpressibleByArgument {}

/// How a command says what it has to say.
struct OutputOptions: ParsableArguments {
  @Option(help: "When to use colour.")
  var color: ColorChoice = .auto

  @Flag(help: "Write diagnostics as JSON, one object on a line.")
  var json = false

  /// Writes diagnostics to standard error.
  func report(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    guard !diagnostics.isEmpty else { return }
    let isColored = color.isOn(
      isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
    let renderer = DiagnosticRenderer(sources: sources, color: isColored && !json)
    let text =
      json
      ? diagnostics.map { renderer.json($0) + "\n" }.joined()
      : renderer.render(diagnostics)
    FileHandle.standardError.write(Data(text.utf8))
  }
}
