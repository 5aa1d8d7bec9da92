import ArgumentParser
import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// A script on the command line.
enum ScriptInput: Sendable {
  case text(String)
  /// `-` is standard input.
  case file(String)

  /// The name in messages.
  var name: String {
    switch self {
    case .text: "<command line>"
    case .file("-"): "<stdin>"
    case .file(let path): path
    }
  }

  /// The origin of the script's stack; nil unless it is a file.
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

/// The scripts of a command.
struct ScriptArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Scripts; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["vmscript"]))
  var files: [String] = []

  @Option(
    name: .customShort("e"), help: ArgumentHelp("A script as text; repeatable.", valueName: "text"))
  var texts: [String] = []

  /// The scripts in order, texts first.
  var inputs: [ScriptInput] { texts.map(ScriptInput.text) + files.map(ScriptInput.file) }

  /// Throws if the command line has no script.
  func requireSome() throws {
    guard !inputs.isEmpty else { throw ValidationError(CommandLineMessages.noScript) }
  }
}

extension OutputOptions {
  /// Compiles a script; reports its errors and returns nil if it has any.
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

  /// Processes scripts in order until one fails, and combines their documents. All scripts are
  /// compiled first.
  ///
  /// - Parameters:
  ///   - options: the options of the scripts.
  ///   - writesDocument: whether to write the document; nil follows `--json`.
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

/// Reading and writing of script files.
enum ScriptFile {
  /// Reads a file or a pipe; throws if it is a folder, missing or unreadable.
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

  /// Reads a pipe to its end, up to the maximum size of a script.
  private static func read(_ descriptor: Int32, named path: String) throws(Diagnostic) -> [UInt8] {
    do {
      return try GuardedFile.read(descriptor, named: "it", takesStreams: true)
    } catch {
      throw CommandLineMessages.unreadable(
        path, reason: (error as? FileFailure)?.reason ?? "\(error)")
    }
  }

  /// Replaces the text of a file atomically; follows symbolic links.
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
