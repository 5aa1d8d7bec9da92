import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

extension LanguageServer {
  /// The uses of a name in all open files, in the workspace, and in the files that they import.
  private struct Uses {
    /// Uses by file name, in the order of the text.
    var places: [String: [Span]] = [:]
    var sources: [String: SourceText] = [:]
    /// The files that use the name.
    var analyses: [Analysis] = []
    var definition: Span
    var file: String
  }

  private func uses(_ identifier: DocumentIdentifier, _ position: Position) throws(Failure)
    -> Uses?
  {
    let (document, analysis) = try document(identifier)
    let offset = document.lines.offset(of: position)
    guard let definition = analysis.definition(at: offset), definition.length > 0 else {
      return nil
    }
    let file = analysis.sources[definition.source].name
    var uses = Uses(definition: definition, file: file)
    let open = documents.keys.sorted().compactMap { uri in self.analysis(of: uri) }
    let closed = closedScripts(beside: file).lazy.compactMap { self.closedAnalysis(of: $0) }
    for other in open + closed {
      guard other.sources.sources.contains(where: { $0.name == file }) else { continue }
      uses.analyses.append(other)
      for span in other.references(to: definition, in: file) {
        let source = other.sources[span.source]
        uses.sources[source.name] = source
        let known = uses.places[source.name, default: []]
        if !known.contains(where: { $0.start == span.start }) {
          uses.places[source.name, default: []].append(span)
        }
      }
    }
    return uses
  }

  func references(_ parameters: ReferenceParameters) throws(Failure) -> [Location] {
    guard let uses = try uses(parameters.textDocument, parameters.position) else { return [] }
    return uses.places.sorted { $0.key < $1.key }.flatMap { file, spans -> [Location] in
      guard let source = uses.sources[file] else { return [] }
      let (uri, lines) = (uri(of: source), lines(of: source))
      return spans.filter {
        parameters.context.includeDeclaration || file != uses.file
          || $0.start != uses.definition.start
      }.map { Location(uri: uri, range: lines.range(Int($0.start)..<Int($0.end))) }
    }
  }

  func prepareRename(_ parameters: PositionParameters) throws(Failure) -> TextRange? {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    return analysis.renamable(at: offset).map {
      document.lines.range(Int($0.start)..<Int($0.end))
    }
  }

  func rename(_ parameters: RenameParameters) throws(Failure) -> WorkspaceEdit {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    guard analysis.renamable(at: offset) != nil,
      let uses = try uses(parameters.textDocument, parameters.position)
    else { throw .failed("this name cannot be changed") }
    if let refusal = Analysis.refusal(ofName: parameters.newName) { throw .failed(refusal.reason) }
    let name = Array(parameters.newName.utf8)
    var files = openFiles
    for (file, spans) in uses.places {
      guard let source = uses.sources[file] else { continue }
      var bytes = source.bytes
      for span in spans.sorted(by: { $0.start > $1.start }) {
        bytes.replaceSubrange(Int(span.start)..<Int(span.end), with: name)
      }
      files.texts[file] = bytes
    }
    let growth = name.count - Int(uses.definition.length)
    for known in uses.analyses {
      let main = known.sources[known.main]
      // Names do not depend on evaluation, so neither side is evaluated.
      let before = Analysis(main, importer: openFiles)
      let text = SourceText(name: main.name, bytes: files.texts[main.name] ?? main.bytes)
      let after = Analysis(text, importer: files)
      guard after.means(sameAs: before, after: uses.places, growth: growth) else {
        throw .failed("`\(parameters.newName)` has another meaning there")
      }
    }
    return WorkspaceEdit(changes: edits(uses, parameters.newName))
  }

  private func edits(_ uses: Uses, _ name: String) -> [String: [TextEdit]] {
    var changes: [String: [TextEdit]] = [:]
    for (file, spans) in uses.places {
      guard let source = uses.sources[file] else { continue }
      let lines = lines(of: source)
      changes[uri(of: source)] = spans.map {
        TextEdit(range: lines.range(Int($0.start)..<Int($0.end)), newText: name)
      }
    }
    return changes
  }
}

/// The scripts below the folders that the editor has open.
extension LanguageServer {
  /// The maximum number of scripts; a larger workspace is searched in part.
  private static let maximumFiles = 2_000
  /// The maximum number of folders and files to list.
  private static let maximumEntries = 100_000

  /// The names of the scripts of the workspace that are not open, in alphabetical order.
  ///
  /// - Parameter file: without a workspace, the scripts in the folder of this one are used.
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

  /// The analysis of a script that is not open; nil if it cannot be read.
  func closedAnalysis(of name: String) -> Analysis? {
    guard let source = try? LocalImporter().load(path: name, from: "") else { return nil }
    if let known = closedAnalyses[name], known.isOf(source, openFiles) { return known.analysis }
    let analysis = Analysis(source, importer: openFiles)
    closedAnalyses[name] = ClosedAnalysis(analysis: analysis)
    return analysis
  }

  /// The names that scripts of the workspace define and that match a query: they contain its
  /// letters in order, in any case.
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

  /// Handles folders that the editor opens and closes.
  func changeFolders(_ change: FolderChange) {
    let removed = Set(change.event.removed.map { Document.name(of: $0.uri) })
    folders.removeAll { removed.contains($0) }
    folders += change.event.added.map { Document.name(of: $0.uri) }
  }
}

/// The analysis of a file that is not open.
struct ClosedAnalysis {
  let analysis: Analysis

  /// Whether its files are unchanged.
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
  /// Whether the text contains the letters of a query in order.
  fileprivate func fits(_ query: String) -> Bool {
    var rest = Substring(lowercased())
    for letter in query.lowercased() {
      guard let place = rest.firstIndex(of: letter) else { return false }
      rest = rest[rest.index(after: place)...]
    }
    return true
  }
}
