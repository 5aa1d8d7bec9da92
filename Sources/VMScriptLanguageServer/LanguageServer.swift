import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

/// Answers an editor over the Language Server Protocol 3.17.
///
/// One thread reads; another handles messages in order and, when none wait, publishes diagnostics
/// of changed documents. A new message interrupts that evaluation, which restarts later. The server
/// never connects to libvirt.
public final class LanguageServer {
  /// The delay between a change and the diagnostics for it.
  static let diagnosticsDelay: TimeInterval = 0.08

  enum Phase { case waiting, running, shutDown }

  let version: String
  private let write: (Data) -> Void
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()
  let inbox = Inbox()
  private(set) var phase = Phase.waiting
  var encoding = PositionEncoding.utf16
  var takesSnippets = false
  /// Whether the editor supports parameters of a signature by offsets.
  var takesLabelOffsets = false
  /// The names of the folders that the editor has open.
  var folders: [String] = []
  /// The analyses of files that are not open, by name.
  var closedAnalyses: [String: ClosedAnalysis] = [:]
  /// The open documents by URI.
  var documents: [String: Document] = [:]

  /// Creates a server that writes its messages with `write`.
  ///
  /// - Parameter version: the version to report to the editor.
  public init(version: String, write: @escaping (Data) -> Void) {
    self.version = version
    self.write = write
    encoder.outputFormatting = [.withoutEscapingSlashes]
  }

  /// Serves until the editor exits.
  ///
  /// - Parameter read: returns the next bytes from the editor, none at the end; called on another
  ///   thread.
  /// - Returns: whether the editor exited as the protocol requires.
  public func serve(read: @escaping @Sendable () -> Data) -> Bool {
    let inbox = inbox
    let thread = Thread {
      var reader = MessageReader(read: read)
      while true {
        let event = reader.next()
        inbox.add(event)
        if event == .end { return }
      }
    }
    thread.start()
    while true {
      switch inbox.next(until: documents.values.compactMap(\.due).min()) {
      case nil: publishDueDiagnostics()
      case .message(let data)?:
        guard handle(data) else { return phase == .shutDown }
      case .malformed(let what)?:
        send(Response<Null>(id: nil, outcome: .failure(.parseError(what))))
      case .end?: return phase == .shutDown
      }
    }
  }

  // MARK: Messages

  /// - Returns: false if the editor exits.
  private func handle(_ data: Data) -> Bool {
    let envelope: Envelope
    do { envelope = try decoder.decode(Envelope.self, from: data) } catch {
      let isJSON = (try? JSONSerialization.jsonObject(with: data)) != nil
      let failure: Failure =
        isJSON
        ? .invalidRequest("the message is not a request") : .parseError("the message is not JSON")
      send(Response<Null>(id: nil, outcome: .failure(failure)))
      return true
    }
    guard let method = envelope.method else {
      // A response to a request; this server sends none.
      if envelope.id == nil {
        send(Response<Null>(id: nil, outcome: .failure(.invalidRequest("there is no method"))))
      }
      return true
    }
    guard let id = envelope.id else { return method == "exit" ? false : notified(method, data) }
    if inbox.takeCancellation(of: id) {
      send(Response<Null>(id: id, outcome: .failure(.cancelled)))
    } else {
      request(method, Request(id: id, data: data, server: self))
    }
    return true
  }

  private func request(_ method: String, _ request: Request) {
    switch (phase, method) {
    case (.waiting, "initialize"): request.answer(initialize)
    case (.waiting, _): request.refuse(.notInitialized)
    case (.running, "shutdown"):
      phase = .shutDown
      request.succeed(Null())
    case (.shutDown, _): request.refuse(.invalidRequest("the server is shut down"))
    case (_, "initialize"): request.refuse(.invalidRequest("the server is initialized"))
    default: answer(method, request)
    }
  }

  private func initialize(_ parameters: InitializeParameters) -> InitializeResult {
    phase = .running
    let capabilities = parameters.capabilities
    if capabilities.general?.positionEncodings?.contains(PositionEncoding.utf8.rawValue) ?? false {
      encoding = .utf8
    }
    takesSnippets =
      capabilities.textDocument?.completion?.completionItem?.snippetSupport ?? false
    folders =
      parameters.workspaceFolders?.map { Document.name(of: $0.uri) }
      ?? [parameters.rootUri.map(Document.name(of:))].compactMap(\.self)
    takesLabelOffsets =
      capabilities.textDocument?.signatureHelp?.signatureInformation?.parameterInformation?
      .labelOffsetSupport ?? false
    return InitializeResult(
      capabilities: ServerCapabilities(positionEncoding: encoding.rawValue),
      serverInfo: .init(version: version))
  }

  func send(_ message: some Encodable) {
    // Every message of the server can be encoded, because its texts are valid Unicode.
    guard let body = try? encoder.encode(message) else { return }
    write(Data("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  func parameters<P: Decodable>(_ data: Data, as type: P.Type = P.self) -> P? {
    try? decoder.decode(Parameters<P>.self, from: data).params
  }
}

/// A request that awaits its response.
struct Request {
  let id: RequestID
  let data: Data
  let server: LanguageServer

  func succeed(_ result: some Encodable) {
    server.send(Response(id: id, outcome: .success(result)))
  }

  func refuse(_ failure: Failure) {
    server.send(Response<Null>(id: id, outcome: .failure(failure)))
  }

  /// Answers with the result of `body`.
  func answer<P: Decodable, R: Encodable>(_ body: (P) throws(Failure) -> R) {
    guard let parameters = server.parameters(data, as: P.self) else {
      return refuse(.invalidParameters("the parameters are not those of the method"))
    }
    do { succeed(try body(parameters)) } catch { refuse(error) }
  }
}

extension LanguageServer {
  /// Handles a notification; ignores unknown ones.
  ///
  /// - Returns: true, because the editor stays.
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

  /// Schedules diagnostics of a changed file and of the files that import it.
  private func changed(_ uri: String) {
    let name = Document.name(of: uri)
    let due = Date(timeIntervalSinceNow: Self.diagnosticsDelay)
    for (other, document) in documents {
      guard other == uri || document.analysis?.mayImport(name) ?? false else { continue }
      documents[other]?.analysis = nil
      documents[other]?.due = due
    }
  }

  // MARK: Analyses

  /// The files with the editor's current texts.
  var openFiles: OpenFiles {
    OpenFiles(
      texts: Dictionary(documents.values.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 }))
  }

  /// The analysis of the current text, with values of an earlier evaluation.
  func analysis(of uri: String) -> Analysis? {
    guard let document = documents[uri] else { return nil }
    if let known = document.analysis { return known }
    let analysis = Analysis(document.source, importer: openFiles, earlier: document.values)
    documents[uri]?.analysis = analysis
    return analysis
  }

  /// Publishes the diagnostics of one due document. A message that arrives meanwhile comes first,
  /// and the document stays due.
  func publishDueDiagnostics() {
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

  /// The line table of a file, from the editor's text if it is open.
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
  /// Whether the script imports a file, or has an import that failed.
  fileprivate func mayImport(_ name: String) -> Bool {
    sources.sources.contains { $0.name == name }
      || diagnostics.contains { $0.code == .program.importFailed }
  }
}

extension EvaluationOptions {
  /// Limits of a check while the user types, which must not delay the editor.
  fileprivate static func ofEditor(_ cancellation: Cancellation) -> EvaluationOptions {
    EvaluationOptions(
      limits: Limits(steps: 5_000_000, memory: .mib(256), time: .seconds(1)), access: .local,
      cancellation: cancellation)
  }
}
