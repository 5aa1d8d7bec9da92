import Foundation
import VMScriptSyntax
import VMScriptTerminal

/// Where the process begins.
@main
enum Main {
  static func main() async {
    // A reader that goes away, as `head` does, must not end a run in the middle.
    signal(SIGPIPE, SIG_IGN)
    if let diagnostic = misspelledCommand(CommandLine.arguments.dropFirst().first ?? "") {
      let color = ColorChoice.auto.isOn(
        isTerminal: Terminal.isTerminal(STDERR_FILENO),
        environment: ProcessInfo.processInfo.environment)
      let renderer = DiagnosticRenderer(sources: SourceMap(), color: color)
      Terminal.writeMessage(renderer.render(diagnostic))
      exit(ExitStatus.usage.rawValue)
    }
    if let script = CompletionScript.asked(by: Array(CommandLine.arguments.dropFirst())) {
      return Terminal.writeOutput(script)
    }
    await VMScriptCommand.main()
  }

  /// What is wrong with a first word that was meant to be a command; to take it for a script would
  /// only say that there is no such file.
  private static func misspelledCommand(_ word: String) -> Diagnostic? {
    var names = VMScriptCommand.configuration.subcommands.compactMap {
      $0.configuration.commandName
    }
    names.append("help")
    guard word.allSatisfy({ $0.isLetter }), !names.contains(word),
      !FileManager.default.fileExists(atPath: word), let close = closest(to: word, among: names)
    else { return nil }
    return CommandLineMessages.unknownCommand(word, closest: close)
  }
}
