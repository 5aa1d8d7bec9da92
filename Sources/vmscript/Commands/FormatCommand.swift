import ArgumentParser
import Foundation
import VMScriptSyntax

/// `vmscript fmt FILE …`: formats scripts in place; `-` reads standard input and writes standard
/// output.
struct FormatCommand: ParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Format scripts in place.",
    discussion: """
      Keeps comments and the meaning of the script.

      Examples:
        vmscript fmt *.vmscript
        vmscript fmt --check lab.vmscript
      """)
  static let heading = CommandHeading.script
  static let synonyms = ["format"]

  @Argument(
    help: ArgumentHelp(
      "Scripts; - reads standard input and writes standard output.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var files: [String]

  @Flag(help: "Change nothing; list scripts that are not formatted, and exit with 1 if any is not.")
  var check = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    var hasErrors = false
    var differs = false
    for file in files {
      var sources = SourceMap()
      do throws(Diagnostic) {
        let source = try ScriptInput.file(file).read()
        _ = sources.add(source)
        switch VMScriptSyntax.Formatter.format(source) {
        case .failure(let refusal):
          output.report(refusal.diagnostics, sources)
          hasErrors = true
        case .success(let text):
          let isFormatted = source.bytes.elementsEqual(text.utf8)
          differs = differs || !isFormatted
          try put(text, of: file, name: source.name, isFormatted: isFormatted)
        }
      } catch {
        output.report([error], sources)
        hasErrors = true
      }
    }
    if hasErrors { throw ExitStatus.scriptErrors.code }
    if check && differs { throw ExitStatus.failed.code }
  }

  /// Writes the result, except to a file that is already formatted, which keeps its modification
  /// time.
  private func put(
    _ text: String, of file: String, name: String, isFormatted: Bool
  ) throws(Diagnostic) {
    if check {
      if !isFormatted { Terminal.writeOutput(Terminal.shown(name, on: STDOUT_FILENO) + "\n") }
    } else if file == "-" {
      Terminal.writeOutput(text)
    } else if !isFormatted {
      try ScriptFile.write(text, to: file)
    }
  }
}
