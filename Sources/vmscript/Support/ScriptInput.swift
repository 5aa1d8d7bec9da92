import ArgumentParser
import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

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

  /// Where the script's stack is run from; nil for what is no file.
  var origin: StackOrigin? {
    switch self {
    case .text, .file("-"): nil
    case .file(let path): StackOrigin(scriptAt: path)
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
}

extension OutputOptions {
  /// The program of a script; nil if it has errors, which are reported.
  func compile(_ input: ScriptInput) -> Program? {
    do throws(Diagnostic) {
      let compilation = Engine.commandLine.compilation(of: try input.read())
      report(compilation.diagnostics, compilation.sources)
      return compilation.program
    } catch {
      report([error])
      return nil
    }
  }

  /// Works on one script after another until one fails; their documents become one. All are compiled
  /// before the first one is worked on.
  ///
  /// - Parameters:
  ///   - options: what the scripts are given.
  ///   - writesDocument: nil leaves it to `--json` whether the document is written.
  func each(
    _ inputs: [ScriptInput], _ options: ScriptOptions, writesDocument: Bool? = nil,
    _ work: (ScriptInput, Program, EvaluationOptions) async -> (
      document: Value?, status: ExitStatus?
    )
  ) async throws {
    let programs = inputs.compactMap { compile($0) }
    guard programs.count == inputs.count else { throw ExitStatus.scriptErrors.code }
    var documents: [Value] = []
    var status: ExitStatus?
    for (input, program) in zip(inputs, programs) where status == nil {
      let result = await work(input, program, options.evaluation(of: program, among: programs))
      if let document = result.document { documents.append(document) }
      status = result.status
    }
    if writesDocument ?? json, let first = documents.first {
      let whole = inputs.count == 1 ? first : .list(documents)
      Terminal.writeOutput(whole.json() + "\n")
    }
    if let status { throw status.code }
  }
}

/// Scripts as the command line names them.
enum ScriptFile {
  /// Reads a file or a pipe; a folder, a missing or an unreadable file is thrown.
  static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandLineMessages.unreadable(path, reason: CommandLineMessages.reason(errno))
    }
    return try read(descriptor, named: path)
  }

  /// Reads standard input to its end.
  static func readStandardInput() throws(Diagnostic) -> [UInt8] {
    try read(dup(STDIN_FILENO), named: "-")
  }

  /// Whoever names a pipe waits for it, but not for more than a script can have.
  private static func read(_ descriptor: Int32, named path: String) throws(Diagnostic) -> [UInt8] {
    do {
      return try GuardedFile.read(descriptor, named: "it", takesStreams: true)
    } catch {
      throw CommandLineMessages.unreadable(
        path, reason: (error as? FileFailure)?.reason ?? "\(error)")
    }
  }

  /// Replaces a file's text as a whole, never half; what a symbolic link points to is replaced.
  static func write(_ text: String, to path: String) throws(Diagnostic) {
    do {
      let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]
      try Data(text.utf8).write(to: url, options: .atomic)
      if let mode {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
      }
    } catch {
      throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
    }
  }
}
