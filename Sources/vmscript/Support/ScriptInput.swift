import VMScript
import VMScriptSyntax

/// A script as the command line gives it.
enum ScriptInput: Sendable {
  case text(String)
  /// `-` is standard input.
  case file(String)

  func read() throws(Diagnostic) -> SourceText {
    switch self {
    case .text(let text): SourceText(name: "<command line>", bytes: Array(text.utf8))
    case .file(let path): try ScriptFile.read(path)
    }
  }
}

extension ScriptArguments {
  /// The scripts in their order, texts first.
  var inputs: [ScriptInput] { texts.map(ScriptInput.text) + files.map(ScriptInput.file) }
}

extension OutputOptions {
  /// The program of a script; what is wrong with it is reported.
  func compile(_ input: ScriptInput) throws -> Program {
    do throws(Diagnostic) {
      let (program, diagnostics, sources) = Program.compile(
        try input.read(), importer: DirectoryImporter())
      report(diagnostics, sources)
      if let program { return program }
    } catch {
      report([error])
    }
    throw ExitStatus.scriptErrors.code
  }
}
