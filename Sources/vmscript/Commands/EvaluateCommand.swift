import ArgumentParser
import Foundation
import VMScript
import VMScriptSyntax

/// `vmscript eval FILE`: the outputs of a script as one JSON object, without a connection.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Evaluate a script and print its outputs as JSON.")

  @Argument(help: "The script; - reads standard input.")
  var file: String

  @Option(name: .customLong("set"), help: "Give a parameter its value, as NAME=VALUE; repeatable.")
  var settings: [String] = []

  @OptionGroup var output: OutputOptions

  func validate() throws {
    for setting in settings where !setting.dropFirst().contains("=") {
      throw ValidationError("--set wants NAME=VALUE, not '\(setting)'")
    }
  }

  func run() throws {
    let source: SourceText
    do throws(Diagnostic) { source = try ScriptFile.read(file) } catch {
      output.report([error], SourceMap())
      throw ExitStatus.scriptErrors.code
    }
    let (program, diagnostics, sources) = Program.compile(source, importer: DirectoryImporter())
    output.report(diagnostics, sources)
    guard let program, !diagnostics.contains(where: { $0.severity == .error }) else {
      throw ExitStatus.scriptErrors.code
    }
    // What a script prints goes to standard error: standard output is the one document.
    let host = OfflineHost { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
    let options = EvaluationOptions(
      parameters: parameters, fallbackParameters: Self.environmentParameters)
    let outcome = program.evaluate(options, host: host)
    output.report(outcome.diagnostics, sources)
    guard outcome.succeeded else { throw ExitStatus.scriptErrors.code }
    print(Value.map(outcome.outputs).json())
  }

  /// `VMSCRIPT_REPLICAS` as written and in lower case, for a parameter named either way.
  private static var environmentParameters: [String: String] {
    var result: [String: String] = [:]
    for (key, value) in ProcessInfo.processInfo.environment where key.hasPrefix("VMSCRIPT_") {
      let name = String(key.dropFirst("VMSCRIPT_".count))
      result[name] = value
      result[name.lowercased()] = value
    }
    return result
  }

  /// The last setting of a name wins.
  private var parameters: [String: String] {
    let pairs = settings.map { setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts[1]))
    }
    return Dictionary(pairs) { $1 }
  }
}
