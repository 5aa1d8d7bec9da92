import ArgumentParser
import VMScript
import VMScriptRuntime
import VMScriptSyntax

/// `vmscript explain CODE`: what a code means at length; without a code, all of them by title.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain the code of a message, or list all codes.")

  @Argument(help: "A code such as VM0101; without one, all are listed.")
  var code: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let all =
      (SyntaxExplanations.explanations + LanguageExplanations.explanations
      + Validation.explanations + XMLExplanations.all
      + CommandLineMessages.explanations)
      .sorted { $0.code.number < $1.code.number }
    guard let code else {
      for explanation in all { print("\(explanation.code)  \(explanation.title)") }
      return
    }
    guard let found = all.first(where: { $0.code.description == code.uppercased() }) else {
      output.report([CommandLineMessages.unknownCode(code)], SourceMap())
      throw ExitStatus.scriptErrors.code
    }
    print("\(found.code): \(found.title)\n\n\(found.text)")
  }
}
