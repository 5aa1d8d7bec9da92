import ArgumentParser
import Foundation
import VMScript
import VMScriptRuntime
import VMScriptShell
import VMScriptSyntax
import VMScriptTerminal

/// `vmscript explain CODE`: explains a code; without a code, lists all of them.
struct ExplainCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain the code of a message, or list all codes.",
    discussion: """
      Examples:
        vmscript explain VM0210
        vmscript explain
      """)
  static let heading = CommandHeading.script

  @Argument(
    help: "A code such as VM0210; without one, all codes are listed.",
    completion: .list(codes))
  var code: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    guard let code else { return list() }
    // The code as in a message, or only its number.
    let wanted = code.uppercased().filter { !"[]".contains($0) }
    let found = Self.all.first {
      $0.description == wanted || $0.number == Int(wanted)
    }
    guard let found else {
      output.report([CommandLineMessages.unknownCode(code)])
      throw ExitStatus.scriptErrors.code
    }
    if output.json { return Terminal.writeOutput(found.document.json() + "\n") }
    Terminal.writeOutput("\(found): \(found.title)\n\n\(shown(found.explanation))\n")
  }

  /// The text, wrapped on a terminal.
  private func shown(_ text: String) -> String {
    guard Terminal.isTerminal(STDOUT_FILENO) else { return text }
    return TerminalText.wrapped(text, to: min(Terminal.size().columns, 80)).joined(separator: "\n")
  }

  private func list() {
    if output.json {
      return Terminal.writeOutput(Value.list(Self.all.map(\.document)).json() + "\n")
    }
    Terminal.writeOutput(Self.all.map { "\($0)  \($0.title)\n" }.joined())
  }

  private static let codes = all.map(\.description)

  /// The codes of every module, sorted by number.
  static let all =
    (LanguageCodes.ofCheck + RuntimeCodes.all + TerminalCodes.codes + Shell.codes
    + CommandLineCodes.codes).sorted { $0.number < $1.number }
}

extension DiagnosticCode {
  fileprivate var document: Value {
    .map([
      "code": .string(description), "title": .string(title), "text": .string(explanation),
    ])
  }
}
