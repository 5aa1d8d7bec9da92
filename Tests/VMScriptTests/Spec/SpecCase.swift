import Foundation
import Testing
import VMScript
import VMScriptSyntax

/// A script of `Tests/Spec` with the files beside it that say what it gives.
///
/// Lines at its top that begin with `#:` say how it is run; see `Tests/Spec/README.md`.
struct SpecCase: Sendable, CustomTestStringConvertible {
  /// The path below `Tests/Spec`, without its extension.
  let path: String

  var testDescription: String { path }

  /// Every script but those in folders named `lib`, which others import.
  static func all() throws -> [SpecCase] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".vmscript") && !$0.contains("/lib/") }
      .sorted().map { SpecCase(path: String($0.dropLast(".vmscript".count))) }
  }

  /// What the script gives, by the extension of the file that holds it; nothing gives no file.
  func run() throws -> [String: String] {
    let file = Self.folder.appendingPathComponent(path + ".vmscript")
    let bytes = Array(try Data(contentsOf: file))
    var directives = SpecDirectives(bytes)
    directives.grantAccess(to: file.deletingLastPathComponent())
    let source = SourceText(name: file.lastPathComponent, bytes: bytes)
    let importer = SpecImporter(folder: file.deletingLastPathComponent())
    let compiled = Program.compile(source, importer: importer)
    guard let program = compiled.program else {
      return Self.results(compiled.diagnostics, compiled.sources)
    }
    if directives.isCheckOnly {
      return Self.results(
        compiled.diagnostics + program.check(directives.options), compiled.sources)
    }
    let host = OfflineHost()
    let outcome = program.evaluate(directives.options, host: host)
    var results = Self.results(compiled.diagnostics + outcome.diagnostics, compiled.sources)
    results["out"] = host.lines.map { $0 + "\n" }.joined()
    let outputs = Value.map(outcome.outputs)
    if directives.showsResources {
      let resources = outcome.declarations.declarations.map(\.document)
      results["json"] =
        Value.map(["outputs": outputs, "resources": .list(resources)]).json() + "\n"
    } else if !outcome.outputs.isEmpty {
      results["json"] = outputs.json() + "\n"
    }
    return results.filter { !$0.value.isEmpty }
  }

  private static func results(_ diagnostics: [Diagnostic], _ sources: SourceMap) -> [String: String]
  {
    if diagnostics.isEmpty { return [:] }
    return ["err": DiagnosticRenderer(sources: sources, color: false).render(diagnostics)]
  }

  /// What stands beside the script.
  func expected() -> [String: String] {
    var found: [String: String] = [:]
    for kind in Self.kinds {
      if let data = try? Data(contentsOf: url(kind)) {
        found[kind] = String(decoding: data, as: UTF8.self)
      }
    }
    return found
  }

  func record(_ results: [String: String]) throws {
    for kind in Self.kinds {
      try? FileManager.default.removeItem(at: url(kind))
      if let text = results[kind] { try Data(text.utf8).write(to: url(kind)) }
    }
  }

  private static let kinds = ["out", "json", "err"]

  private func url(_ kind: String) -> URL {
    Self.folder.appendingPathComponent("\(path).\(kind)")
  }

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Spec")
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
