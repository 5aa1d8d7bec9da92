import ArgumentParser
import Foundation
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The entry point of the process.
@main
enum Main {
  static func main() async {
    // A reader that closes the pipe, such as `head`, must not end a run in the middle.
    signal(SIGPIPE, SIG_IGN)
    // A limit on the size of files is an error of the write.
    signal(SIGXFSZ, SIG_IGN)
    StandardStream.openClosed()
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(finish(await run(arguments), arguments))
  }

  /// Runs the command of the arguments.
  ///
  /// - Returns: the exit code.
  private static func run(_ arguments: [String]) async -> Int32 {
    if let diagnostic = VMScriptCommand.problem(with: arguments) {
      report(diagnostic, arguments)
      return ExitStatus.usage.rawValue
    }
    // A shell asks for the completions of a word, which the argument parser answers.
    if arguments.first == "---completion" {
      await VMScriptCommand.main(arguments)
      return 0
    }
    if let script = CompletionScript.asked(by: arguments) {
      Terminal.writeOutput(script)
      return 0
    }
    var command: any ParsableCommand
    do { command = try VMScriptCommand.command(from: arguments) } catch {
      return show(visible(error, arguments))
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch { return show(error) }
  }

  /// The error of a command line, safe to print. The parser's messages repeat arguments, so they
  /// are made for arguments without control characters.
  private static func visible(_ error: any Error, _ arguments: [String]) -> any Error {
    let escaped = arguments.map { TerminalText.escaped($0) }
    guard escaped != arguments else { return error }
    do {
      _ = try VMScriptCommand.command(from: escaped)
      return error
    } catch { return error }
  }

  /// Writes the message of an error, or the requested help.
  ///
  /// - Returns: the exit code.
  private static func show(_ error: any Error) -> Int32 {
    let code = VMScriptCommand.exitCode(for: error).rawValue
    let text = VMScriptCommand.fullMessage(for: error)
    if !text.isEmpty {
      let shown = TerminalText.escaped(text, keepingLayout: true) + "\n"
      code == 0 ? Terminal.writeOutput(shown) : Terminal.writeMessage(shown)
    }
    return code
  }

  /// The exit code of a process whose output may be incomplete, so that incomplete output is never
  /// taken for whole. A closed pipe is not reported, as with programs that SIGPIPE ends.
  private static func finish(_ code: Int32, _ arguments: [String]) -> Int32 {
    switch StandardOutput.failure {
    case nil: return code
    case .closed: return code == 0 ? 128 + SIGPIPE : code
    case .unwritable(let reason):
      report(CommandLineMessages.unwritableOutput(reason), arguments)
      return code == 0 ? ExitStatus.failed.rawValue : code
    }
  }

  private static func report(_ diagnostic: Diagnostic, _ arguments: [String]) {
    let color = ColorChoice.auto.isOn(
      isTerminal: Terminal.isTerminal(STDERR_FILENO),
      environment: ProcessInfo.processInfo.environment)
    let renderer = DiagnosticRenderer(sources: SourceMap(), color: color)
    Terminal.writeMessage(
      arguments.contains("--json")
        ? renderer.json(diagnostic) + "\n" : renderer.render(diagnostic))
  }
}

/// The exit codes of `vmscript`.
enum ExitStatus: Int32 {
  /// The command failed.
  case failed = 1
  /// A script has errors or cannot be read.
  case scriptErrors = 2
  /// The plan needed confirmation, which was not given.
  case refused = 3
  /// The host cannot be reached.
  case noConnection = 4
  /// The plan changes something, and `--exit-code` is set.
  case differs = 5
  /// The command line is invalid (`EX_USAGE` of sysexits.h).
  case usage = 64

  /// The value for a command's `run` to throw.
  var code: ExitCode { ExitCode(rawValue) }

  /// The status of an error, by its origin: the script, the host or this program.
  init(_ error: Diagnostic) {
    switch error.code.origin {
    case .script: self = .scriptErrors
    case .host, .tool: self = error.code == .host.noConnection ? .noConnection : .failed
    }
  }

  /// The status of a run; nil if it succeeded.
  init?(_ outcome: RunReport.Outcome) {
    switch outcome {
    case .done: return nil
    case .failed, .cancelled: self = .failed
    case .scriptErrors: self = .scriptErrors
    case .refused: self = .refused
    case .noConnection: self = .noConnection
    }
  }
}
