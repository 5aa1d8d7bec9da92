import ArgumentParser
import VMScript
import VMScriptSyntax

/// A script as the command line gives it.
enum ScriptInput: Sendable {
  case text(String)
  /// `-` is standard input.
  case file(String)

  /// What messages call it.
  var name: String {
    switch self {
    case .text: "<command line>"
    case .file("-"): "<stdin>"
    case .file(let path): path
    }
  }

  func read() throws(Diagnostic) -> SourceText {
    switch self {
    case .text(let text): SourceText(name: name, bytes: Array(text.utf8))
    case .file("-"): SourceText(name: name, bytes: try ScriptFile.readStandardInput())
    case .file(let path): SourceText(name: name, bytes: try ScriptFile.read(path))
    }
  }
}

/// The scripts that a command works on.
struct ScriptArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Scripts; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var files: [String] = []

  @Option(
    name: .customShort("e"), help: ArgumentHelp("A script as text; repeatable.", valueName: "text"))
  var texts: [String] = []

  /// The scripts in their order, texts first.
  var inputs: [ScriptInput] { texts.map(ScriptInput.text) + files.map(ScriptInput.file) }

  /// Refuses a command line without a script.
  func requireSome() throws {
    guard !inputs.isEmpty else { throw ValidationError(CommandLineMessages.noScript) }
  }

  /// Refuses a command line with no script or several.
  func requireOne() throws {
    try requireSome()
    guard inputs.count == 1 else { throw ValidationError(CommandLineMessages.severalScripts) }
  }
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
