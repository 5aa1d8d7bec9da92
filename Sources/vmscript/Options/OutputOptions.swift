import ArgumentParser
import Foundation
import VMScript
import VMScriptSyntax
import VMScriptTerminal

extension ColorChoice: ExpressibleByArgument {}

/// How a command says what it has to say.
struct OutputOptions: ParsableArguments {
  @Flag(
    help: "Write one JSON document; errors and prints are JSON lines on standard error.")
  var json = false

  @Flag(help: "Show no plan, no progress and no summary.")
  var quiet = false

  @Option(help: "When to use colour.")
  var color: ColorChoice = .auto

  /// Standard output and standard error with what they can show.
  var screen: Screen {
    let isTerminal = Terminal.isTerminal(STDERR_FILENO)
    let environment = ProcessInfo.processInfo.environment
    return Screen(
      writeMessage: Terminal.writeMessage,
      writeOutput: Terminal.writeOutput,
      size: Terminal.size,
      isLive: isTerminal && !["dumb", ""].contains(environment["TERM"] ?? "") && !json,
      color: !json && color.isOn(isTerminal: isTerminal, environment: environment),
      showsOutput: Terminal.isTerminal(STDOUT_FILENO))
  }

  /// Whether what goes to standard output is coloured.
  var isOutputColored: Bool {
    !json
      && color.isOn(
        isTerminal: Terminal.isTerminal(STDOUT_FILENO),
        environment: ProcessInfo.processInfo.environment)
  }

  /// Writes diagnostics to standard error.
  func report(_ diagnostics: [Diagnostic], _ sources: SourceMap = SourceMap()) {
    guard !diagnostics.isEmpty else { return }
    let renderer = DiagnosticRenderer(sources: sources, color: screen.color)
    Terminal.writeMessage(
      json
        ? diagnostics.map { renderer.json($0) + "\n" }.joined()
        : renderer.render(diagnostics))
  }

  /// Writes what a script prints where standard output is kept for the one document.
  func printAside(_ line: String) {
    let object = Value.map(["print": .string(line)]).json(indentation: nil)
    Terminal.writeMessage((json ? object : Terminal.shown(line, on: STDERR_FILENO)) + "\n")
  }
}
