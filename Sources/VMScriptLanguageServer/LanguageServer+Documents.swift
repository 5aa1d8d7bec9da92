import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

extension LanguageServer {
  /// Takes a notification in; unknown ones are passed over.
  ///
  /// - Returns: true, for the editor stays.
  func notified(_ method: String, _ data: Data) -> Bool {
    guard phase == .running else { return true }
    switch method {
    case "textDocument/didOpen":
      guard let opened = parameters(data, as: OpenParameters.self)?.textDocument else { break }
      documents[opened.uri] = Document(
        uri: opened.uri, version: opened.version, text: opened.text, encoding: encoding)
      changed(opened.uri)
    case "textDocument/didChange":
      guard let change = parameters(data, as: ChangeParameters.self) else { break }
      let uri = change.textDocument.uri
      for part in change.contentChanges { documents[uri]?.apply(part) }
      documents[uri]?.version = change.textDocument.version
      changed(uri)
    case "textDocument/didSave":
      if let uri = parameters(data, as: DocumentParameters.self)?.textDocument.uri { changed(uri) }
    case "textDocument/didClose":
      guard let uri = parameters(data, as: DocumentParameters.self)?.textDocument.uri else { break }
      changed(uri)
      if documents.removeValue(forKey: uri) != nil {
        publish(PublishedDiagnostics(uri: uri, diagnostics: []))
      }
    case "workspace/didChangeWorkspaceFolders":
      if let change = parameters(data, as: FolderChange.self) { changeFolders(change) }
    default: break
    }
    return true
  }

  /// The text of a file is another one: its diagnostics are due, and those of what imports it.
  private func changed(_ uri: String) {
    let name = Document.name(of: uri)
    let due = Date(timeIntervalSinceNow: Self.rest)
    for (other, document) in documents {
      guard other == uri || document.analysis?.mayImport(name) ?? false else { continue }
      documents[other]?.analysis = nil
      documents[other]?.due = due
    }
  }

  // MARK: Analyses

  /// The files as the editor has them.
  var openFiles: OpenFiles {
    OpenFiles(
      texts: Dictionary(documents.values.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 }))
  }

  /// What the language says of the text as it is, values of an earlier state among it.
  func analysis(of uri: String) -> Analysis? {
    guard let document = documents[uri] else { return nil }
    if let known = document.analysis { return known }
    let analysis = Analysis(document.source, importer: openFiles, earlier: document.values)
    documents[uri]?.analysis = analysis
    return analysis
  }

  /// Judges one of the texts that have rested long enough, and tells the editor. A message that
  /// comes in meanwhile is answered first: the text stays due.
  func publishWhatIsDue() {
    let now = Date()
    guard let uri = documents.values.first(where: { $0.due.map { $0 <= now } ?? false })?.uri,
      let document = documents[uri], let known = analysis(of: uri),
      let analysis = inbox.whileEmpty({ known.evaluated(.ofEditor($0)) })
    else { return }
    documents[uri]?.due = nil
    documents[uri]?.analysis = analysis
    documents[uri]?.values = analysis.values
    publish(
      PublishedDiagnostics(
        uri: uri, version: document.version,
        diagnostics: DiagnosticTranslation(analysis, document, self).all))
  }

  private func publish(_ diagnostics: PublishedDiagnostics) {
    send(Notification(method: "textDocument/publishDiagnostics", params: diagnostics))
  }

  // MARK: Places

  /// The table of a file's lines, as the editor has it if it is open.
  func lines(of source: SourceText) -> LineTable {
    documents.values.first { $0.name == source.name }?.lines ?? LineTable(source.bytes, encoding)
  }

  func uri(of source: SourceText) -> String {
    documents.values.first { $0.name == source.name }?.uri ?? Document.uri(of: source.name)
  }

  func location(of span: Span, in sources: SourceMap) -> Location {
    let source = sources[span.source]
    return Location(
      uri: uri(of: source), range: lines(of: source).range(Int(span.start)..<Int(span.end)))
  }
}

extension Analysis {
  /// Whether a file's text matters to the script: it imports that file, or could not import one.
  fileprivate func mayImport(_ name: String) -> Bool {
    sources.sources.contains { $0.name == name }
      || diagnostics.contains { $0.code == .program.importFailed }
  }
}

extension EvaluationOptions {
  /// What a check while one types may take: it must not keep the editor waiting.
  fileprivate static func ofEditor(_ cancellation: Cancellation) -> EvaluationOptions {
    EvaluationOptions(
      limits: Limits(steps: 5_000_000, memory: .mib(256), time: .seconds(1)), access: .local,
      cancellation: cancellation)
  }
}
