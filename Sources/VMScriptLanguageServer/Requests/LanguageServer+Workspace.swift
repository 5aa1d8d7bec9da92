import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

/// The scripts below the folders that the editor has open.
extension LanguageServer {
  /// Scripts that are looked at; a larger workspace is not seen whole.
  private static let maximumFiles = 2_000
  /// Folders and files that are listed to find them.
  private static let maximumEntries = 100_000

  /// The names of the scripts of the workspace that are not open, in alphabetical order.
  ///
  /// - Parameter file: without a workspace, the scripts beside this one count as such.
  func closedScripts(beside file: String? = nil) -> [String] {
    let open = Set(documents.values.map(\.name))
    var found: Set<String> = []
    var entries = 0
    for folder in folders {
      let listing = FileManager.default.enumerator(
        at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil,
        options: [.skipsHiddenFiles])
      while let url = listing?.nextObject() as? URL, entries < Self.maximumEntries {
        entries += 1
        if url.pathExtension == "vmscript" {
          found.insert(LocalImporter.name(of: url.path, from: ""))
        }
      }
    }
    if folders.isEmpty, let file, file.hasPrefix("/") {
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasSuffix(".vmscript") {
        found.insert(LocalImporter.name(of: "\(folder)/\(name)", from: ""))
      }
    }
    return Array(found.subtracting(open).sorted().prefix(Self.maximumFiles))
  }

  /// The analysis of a script that is not open; nil where it cannot be read.
  func closedAnalysis(of name: String) -> Analysis? {
    guard let source = try? LocalImporter().load(path: name, from: "") else { return nil }
    if let known = closedAnalyses[name], known.isOf(source, openFiles) { return known.analysis }
    let analysis = Analysis(source, importer: openFiles)
    closedAnalyses[name] = ClosedAnalysis(analysis: analysis)
    return analysis
  }

  /// The names that the scripts of the workspace define and that a query fits: its letters occur in
  /// them in this order, whatever their case.
  func workspaceSymbols(_ parameters: SymbolParameters) throws(Failure) -> [WorkspaceSymbol] {
    let open = documents.keys.sorted().compactMap { uri in analysis(of: uri) }
    let closed = closedScripts().lazy.compactMap { self.closedAnalysis(of: $0) }
    var found: [WorkspaceSymbol] = []
    for analysis in open + closed {
      let source = analysis.sources[analysis.main]
      let (uri, lines) = (uri(of: source), lines(of: source))
      func add(_ items: [OutlineItem], in container: String?) {
        for item in items {
          if !item.name.isEmpty, item.name.fits(parameters.query) {
            found.append(
              WorkspaceSymbol(
                name: item.name, kind: item.kind.symbolKind,
                location: Location(
                  uri: uri,
                  range: lines.range(Int(item.nameSpan.start)..<Int(item.nameSpan.end))),
                containerName: container))
          }
          add(item.children, in: item.name)
        }
      }
      add(analysis.outline, in: nil)
    }
    return found
  }

  /// Takes in which folders the editor opens and closes.
  func changeFolders(_ change: FolderChange) {
    let removed = Set(change.event.removed.map { Document.name(of: $0.uri) })
    folders.removeAll { removed.contains($0) }
    folders += change.event.added.map { Document.name(of: $0.uri) }
  }
}

/// What was found in a file that is not open.
struct ClosedAnalysis {
  let analysis: Analysis

  /// Whether the files that it was made of still read so.
  func isOf(_ source: SourceText, _ importer: OpenFiles) -> Bool {
    guard analysis.diagnostics.allSatisfy({ $0.code != .program.importFailed }) else {
      return false
    }
    let files = analysis.sources.sources
    return files.first?.bytes == source.bytes
      && files.dropFirst().allSatisfy { file in
        (try? importer.load(path: file.name, from: ""))?.bytes == file.bytes
      }
  }
}

extension String {
  /// Whether the letters of a query occur in this order.
  fileprivate func fits(_ query: String) -> Bool {
    var rest = Substring(lowercased())
    for letter in query.lowercased() {
      guard let place = rest.firstIndex(of: letter) else { return false }
      rest = rest[rest.index(after: place)...]
    }
    return true
  }
}
