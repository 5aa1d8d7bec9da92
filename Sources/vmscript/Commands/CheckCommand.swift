import ArgumentParser
import VMScriptSyntax

/// `vmscript check FILE …`: every error of each file, without a connection.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Report every syntax error of scripts.")

  @Argument(help: "Scripts to check; - reads standard input.")
  var files: [String]

  @OptionGroup var output: OutputOptions

  func run() throws {
    var sources = SourceMap()
    var names = NameTable()
    var diagnostics: [Diagnostic] = []
    for file in files {
      do throws(Diagnostic) {
        let source = try ScriptFile.read(file)
        let id = sources.add(source)
        diagnostics += VMScriptSyntax.parse(source, id: id, names: &names).diagnostics
      } catch {
        diagnostics.append(error)
      }
    }
    output.report(diagnostics, sources)
    if diagnostics.contains(where: { $0.severity == .error }) { throw ExitStatus.scriptErrors.code }
  }
}
