import VMScript
import VMScriptEditing
import VMScriptSyntax

extension LanguageServer {
  /// Answers a request of a running server.
  func answer(_ method: String, _ request: Request) {
    switch method {
    case "textDocument/completion": request.answer(completion)
    case "textDocument/hover": request.answer(hover)
    case "textDocument/signatureHelp": request.answer(signature)
    case "textDocument/definition": request.answer(definition)
    case "textDocument/documentHighlight": request.answer(highlights)
    case "textDocument/references": request.answer(references)
    case "textDocument/prepareRename": request.answer(prepareRename)
    case "textDocument/rename": request.answer(rename)
    case "textDocument/formatting": request.answer(formatting)
    case "textDocument/rangeFormatting": request.answer(rangeFormatting)
    case "workspace/symbol": request.answer(workspaceSymbols)
    case "textDocument/documentSymbol": request.answer(symbols)
    case "textDocument/foldingRange": request.answer(folds)
    case "textDocument/codeAction": request.answer(actions)
    case "textDocument/semanticTokens/full": request.answer(semanticTokens)
    default: request.refuse(.unknownMethod(method))
    }
  }

  /// The open file that a request speaks of.
  func document(_ identifier: DocumentIdentifier) throws(Failure) -> (Document, Analysis) {
    guard let analysis = analysis(of: identifier.uri), let document = documents[identifier.uri]
    else { throw .invalidParameters("\(identifier.uri) is not open") }
    return (document, analysis)
  }

  private func signature(_ parameters: PositionParameters) throws(Failure) -> SignatureAnswer? {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    let calls = analysis.signatures(at: offset, in: document.source)
    guard let active = calls.first?.active else { return nil }
    return SignatureAnswer(signatures: calls.map(signature), activeParameter: active)
  }

  private func signature(_ call: CallSignature) -> SignatureAnswer.Signature {
    var label = "\(call.name)("
    var parameters: [SignatureAnswer.Parameter] = []
    for (number, text) in call.parameters.enumerated() {
      if number > 0 { label += ", " }
      let start = label.utf16.count
      label += text
      parameters.append(
        .init(label: takesLabelOffsets ? .offsets(start, label.utf16.count) : .text(text)))
    }
    return SignatureAnswer.Signature(
      label: label + ")", documentation: call.doc.isEmpty ? nil : MarkupContent(value: call.doc),
      parameters: parameters)
  }

  /// The places in the text that use the name at a place.
  private func highlights(_ parameters: PositionParameters) throws(Failure) -> [HighlightAnswer] {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    return analysis.occurrences(at: offset).map { occurrence in
      let range = Int(occurrence.span.start)..<Int(occurrence.span.end)
      return HighlightAnswer(
        range: document.lines.range(range), kind: occurrence.isDefinition ? 3 : 2)
    }
  }

  private func definition(_ parameters: PositionParameters) throws(Failure) -> Location? {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    return analysis.definition(at: offset).map { location(of: $0, in: analysis.sources) }
  }

  private func formatting(_ parameters: DocumentParameters) throws(Failure) -> [TextEdit] {
    let (document, _) = try document(parameters.textDocument)
    return LineEdits.between(document.bytes, try formatted(document)).map {
      TextEdit($0, document.lines)
    }
  }

  /// The edits of formatting that touch the lines of a range.
  private func rangeFormatting(_ parameters: RangeParameters) throws(Failure) -> [TextEdit] {
    let (document, _) = try document(parameters.textDocument)
    let lines = document.lines
    let start = parameters.range.start
    var end = parameters.range.end
    // A range that ends where a line begins has none of it.
    if end.character == 0, end.line > start.line { end.line -= 1 }
    let touched = lines.startOfLine(max(0, start.line))..<lines.startOfLine(max(0, end.line + 1))
    return LineEdits.aligned(document.bytes, try formatted(document)).filter { edit in
      edit.range.isEmpty
        ? touched.contains(edit.range.lowerBound) : edit.range.overlaps(touched)
    }.map { TextEdit($0, lines) }
  }

  private func formatted(_ document: Document) throws(Failure) -> [UInt8] {
    switch Formatter.format(document.source) {
    case .failure: throw .failed("the text has syntax errors")
    case .success(let text): return Array(text.utf8)
    }
  }

  private func symbols(_ parameters: DocumentParameters) throws(Failure) -> [SymbolAnswer] {
    let (document, analysis) = try document(parameters.textDocument)
    return analysis.outline.map { SymbolAnswer($0, document.lines) }
  }

  private func folds(_ parameters: DocumentParameters) throws(Failure) -> [FoldAnswer] {
    let (document, _) = try document(parameters.textDocument)
    return Fold.all(in: document.bytes).map { fold in
      // The line that closes it stays in sight.
      let end = document.lines.line(of: fold.range.upperBound - 1) - (fold.isComment ? 0 : 1)
      return FoldAnswer(
        startLine: document.lines.line(of: fold.range.lowerBound), endLine: end,
        kind: fold.isComment ? "comment" : nil)
    }.filter { $0.startLine < $0.endLine }
  }

  /// The edits that diagnostics propose.
  private func actions(_ parameters: RangeParameters) throws(Failure) -> [ActionAnswer] {
    let (document, analysis) = try document(parameters.textDocument)
    let start = document.lines.offset(of: parameters.range.start)
    let end = document.lines.offset(of: parameters.range.end)
    let diagnostics = analysis.shownDiagnostics(touching: start...max(start, end))
    return diagnostics.flatMap(\.helps).compactMap { help in
      guard let span = help.span, let replacement = help.replacement else { return nil }
      let place = location(of: span, in: analysis.sources)
      return ActionAnswer(
        title: help.text,
        edit: WorkspaceEdit(
          changes: [place.uri: [TextEdit(range: place.range, newText: replacement)]]))
    }
  }
}

extension TextEdit {
  fileprivate init(_ edit: LineEdits.Edit, _ lines: LineTable) {
    self.init(
      range: lines.range(edit.range), newText: String(decoding: edit.replacement, as: UTF8.self))
  }
}

extension SymbolAnswer {
  fileprivate init(_ item: OutlineItem, _ lines: LineTable) {
    name = item.name.isEmpty ? "?" : item.name
    detail = item.detail
    kind = item.kind.symbolKind
    range = lines.range(Int(item.span.start)..<Int(item.span.end))
    // The protocol wants the name within the whole.
    let start = min(max(item.nameSpan.start, item.span.start), item.span.end)
    let end = min(max(item.nameSpan.end, start), item.span.end)
    selectionRange = lines.range(Int(start)..<Int(end))
    children = item.children.map { SymbolAnswer($0, lines) }
  }
}

extension Candidate.Kind {
  /// The protocol's number of the kind in an outline.
  var symbolKind: Int {
    switch self {
    case .function: 12
    case .parameter: 14
    case .resource: 5
    case .block: 19
    case .module: 2
    case .member: 7
    default: 13
    }
  }
}
