import Foundation
import VMScript
import VMScriptSyntax

/// Runs cases through `import VMScript`.
public struct LibraryRunner: SpecRunner, SpecFormatter {
  /// A runner without a state of its own.
  public init() {}

  /// Runs a case; returns its results by the extensions of the files beside it.
  public func run(_ script: SpecCase) throws -> [String: String] {
    let results = try results(script)
    return ["out": results.out, "json": results.json, "err": results.err]
  }

  /// The text in the one style; empty where its syntax is wrong.
  public func format(_ text: [UInt8]) throws -> String {
    switch VMScriptSyntax.Formatter.format(SourceText(name: "script", bytes: text)) {
    case .success(let formatted): formatted
    case .failure: ""
    }
  }

  /// Runs a case; returns its results.
  public func results(_ script: SpecCase) throws -> SpecResults {
    var results = try evaluated(script)
    if script.isFormatted { results.fmt = try format(try script.bytes()) }
    return results
  }

  private func evaluated(_ script: SpecCase) throws -> SpecResults {
    let directives = try script.directives()
    let (compiled, options) = try compile(script, directives)
    func rendered(_ diagnostics: [Diagnostic]) -> String {
      let all = compiled.diagnostics + diagnostics
      if all.isEmpty { return "" }
      return DiagnosticRenderer(sources: compiled.sources, color: false).render(all)
    }
    guard let program = compiled.program else { return SpecResults(err: rendered([])) }
    if directives.isCheckOnly { return SpecResults(err: rendered(program.check(options))) }
    let host = OfflineHost()
    let outcome = program.evaluate(options, host: host)
    var results = SpecResults(
      out: host.lines.map { $0 + "\n" }.joined(), err: rendered(outcome.diagnostics))
    let outputs = Value.map(outcome.outputs)
    if directives.showsResources {
      let resources = outcome.declarations.declarations.map(\.document)
      results.json = Value.map(["outputs": outputs, "resources": .list(resources)]).json() + "\n"
    } else if !outcome.outputs.isEmpty {
      results.json = outputs.json() + "\n"
    }
    return results
  }

  /// Returns the declarations of a case; nil for a case with errors.
  public func declarations(_ script: SpecCase) throws -> DeclarationSet? {
    let (compiled, options) = try compile(script, try script.directives())
    let outcome = compiled.program?.evaluate(options, host: OfflineHost())
    guard let outcome, outcome.succeeded else { return nil }
    return outcome.declarations
  }

  private func compile(
    _ script: SpecCase, _ directives: SpecDirectives
  ) throws -> (Compilation, EvaluationOptions) {
    let source = SourceText(name: script.file.lastPathComponent, bytes: try script.bytes())
    return (
      Engine(importer: SpecImporter(folder: script.folder)).compilation(of: source),
      EvaluationOptions(directives, folder: script.folder)
    )
  }
}

extension EvaluationOptions {
  fileprivate init(_ directives: SpecDirectives, folder: URL) {
    self.init(stack: directives.stack)
    parameters = Dictionary(directives.settings.map { ($0.name, $0.value) }) { $1 }
    fallbackParameters = Dictionary(directives.environment.map { ($0.name, $0.value) }) { $1 }
    var limits = Limits()
    for (name, text) in directives.limits {
      let size = ByteSize(text)?.bytes ?? Int64(text) ?? 0
      switch name {
      case "steps": limits.steps = Int(size)
      case "depth": limits.depth = Int(size)
      case "output": limits.output = ByteSize(bytes: size)
      default: limits.memory = ByteSize(bytes: size)
      }
    }
    self.limits = limits
    if directives.grantsAccess { access = OutsideAccess(spec: folder) }
  }
}

extension OutsideAccess {
  /// Files below a case's folder, and an environment of one variable.
  fileprivate init(spec folder: URL) {
    self.init()
    read = { path, _ throws(OutsideAccess.Failure) in
      guard let data = FileManager.default.contents(atPath: folder.path + "/" + path) else {
        throw OutsideAccess.Failure("there is no file \(path)")
      }
      return Array(data)
    }
    glob = { pattern, _ throws(OutsideAccess.Failure) in
      let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { Glob.matches($0, pattern) }.sorted()
    }
    environment = { $0 == "SPEC" ? SpecDirectives.variable : nil }
  }
}

/// Imports by paths relative to a case's folder, so that no message holds a path of this machine.
private struct SpecImporter: Importer {
  let folder: URL

  func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let base = URL(fileURLWithPath: script, relativeTo: folder).deletingLastPathComponent()
    let file = URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw ImportFailure("there is no file \(path)")
    }
    let name = file.path.replacingOccurrences(of: folder.standardizedFileURL.path + "/", with: "")
    return SourceText(name: name, bytes: Array(data))
  }
}
