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

  /// The open document of a request.
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

  /// The occurrences in the document of the name at a position.
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
    // A range that ends at the start of a line does not include that line.
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
      // The closing line stays visible.
      let end = document.lines.line(of: fold.range.upperBound - 1) - (fold.isComment ? 0 : 1)
      return FoldAnswer(
        startLine: document.lines.line(of: fold.range.lowerBound), endLine: end,
        kind: fold.isComment ? "comment" : nil)
    }.filter { $0.startLine < $0.endLine }
  }

  /// The edits that diagnostics suggest.
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
    // The protocol requires the name's range to be inside the whole range.
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

extension LanguageServer {
  /// The documentation of a word, and the explanations of diagnostics at its position.
  func hover(_ parameters: PositionParameters) throws(Failure) -> HoverAnswer? {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    let word = analysis.hover(at: offset)
    let diagnostics = analysis.shownDiagnostics(touching: offset...offset)
    guard let span = word?.span ?? diagnostics.first?.primary?.span else { return nil }
    let code = word.map(\.code).flatMap { $0.isEmpty ? nil : "```vmscript\n\($0)\n```" }
    var paragraphs = [code].compactMap(\.self) + (word?.paragraphs ?? [])
    for code in Set(diagnostics.map(\.code)).sorted(by: { $0.number < $1.number }) {
      paragraphs.append("**\(code): \(code.title)**\n\n\(code.explanation)")
    }
    guard !paragraphs.isEmpty else { return nil }
    return HoverAnswer(
      contents: MarkupContent(value: paragraphs.joined(separator: "\n\n")),
      range: document.lines.range(Int(span.start)..<Int(span.end)))
  }
}

extension LanguageServer {
  func completion(_ parameters: PositionParameters) throws(Failure) -> CompletionList {
    let (document, analysis) = try document(parameters.textDocument)
    let offset = document.lines.offset(of: parameters.position)
    var (context, candidates) = analysis.completion(
      at: offset, in: document.source, importer: openFiles)
    if case .path = context.place {
      let paths = FileNames.beside(context.typed, from: document.name)
      candidates += paths.map { Candidate($0, .file) }
    }
    // An edit of a completion must stay on one line.
    guard !context.typed.contains(where: \.isNewline) else { return CompletionList(items: []) }
    let range = document.lines.range(offset - context.typed.utf8.count..<offset)
    var seen: Set<String> = []
    let unique = candidates.filter { seen.insert($0.text).inserted }
    return CompletionList(
      items: unique.enumerated().map { number, candidate in
        item(candidate, TextEdit(range: range, newText: ""), number)
      })
  }

  private func item(_ candidate: Candidate, _ edit: TextEdit, _ number: Int) -> CompletionItem {
    var edit = edit
    let snippet = takesSnippets ? candidate.snippet : nil
    edit.newText = snippet ?? candidate.text
    let digits = String(number)
    return CompletionItem(
      label: candidate.text, kind: candidate.kind.itemKind,
      detail: candidate.type.isEmpty ? nil : candidate.type,
      documentation: candidate.doc.isEmpty ? nil : MarkupContent(value: candidate.doc),
      sortText: String(repeating: "0", count: max(0, 5 - digits.count)) + digits,
      filterText: candidate.text, insertTextFormat: snippet == nil ? 1 : 2, textEdit: edit)
  }
}

extension Candidate {
  /// The snippet with the text after the word and the final cursor position; nil for a plain word.
  fileprivate var snippet: String? {
    switch kind {
    case .block where suffix == " ": "\(text) {\n\t$0\n}"
    case .function, .method: "\(text)($0)"
    default: suffix.isEmpty ? nil : "\(text)\(suffix)$0"
    }
  }
}

extension Candidate.Kind {
  /// The protocol's number of the kind in a list of candidates.
  fileprivate var itemKind: Int {
    switch self {
    case .keyword, .statement: 14
    case .property: 10
    case .block: 22
    case .word: 20
    case .variable, .parameter: 6
    case .function: 3
    case .method: 2
    case .module: 9
    case .resource: 7
    case .member: 5
    case .type: 25
    case .file: 17
    }
  }
}

/// The protocol's kinds of tokens, in the order of the legend.
enum SemanticKind: String, CaseIterable {
  case keyword, string, number, comment, variable, function, property, parameter, namespace
  case enumMember, type, `class`

  var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension LanguageServer {
  func semanticTokens(_ parameters: DocumentParameters) throws(Failure) -> SemanticAnswer {
    let (document, analysis) = try document(parameters.textDocument)
    let names = analysis.names
    var next = 0
    var writer = SemanticWriter(lines: document.lines)
    for piece in Piece.all(in: document.bytes) {
      while next < names.count, names[next].range.lowerBound < piece.range.lowerBound { next += 1 }
      let named = next < names.count && names[next].range == piece.range ? names[next].kind : nil
      guard let kind = SemanticKind(piece.kind, named) else { continue }
      writer.add(piece.range, kind)
    }
    return SemanticAnswer(data: writer.data)
  }
}

/// Encodes tokens for the protocol: each relative to the previous one, none across lines.
struct SemanticWriter {
  let lines: LineTable
  private(set) var data: [UInt32] = []
  private var last = Position(line: 0, character: 0)

  init(lines: LineTable) { self.lines = lines }

  mutating func add(_ range: Range<Int>, _ kind: SemanticKind) {
    var start = range.lowerBound
    for line in lines.line(of: start)...lines.line(of: max(start, range.upperBound - 1)) {
      let end = min(range.upperBound, lines.endOfLine(line))
      if end > start {
        let place = lines.range(start..<end)
        let isSameLine = place.start.line == last.line
        data += [
          UInt32(place.start.line - last.line),
          UInt32(place.start.character - (isSameLine ? last.character : 0)),
          UInt32(place.end.character - place.start.character), kind.number, 0,
        ]
        last = place.start
      }
      start = lines.startOfLine(line + 1)
    }
  }
}

extension SemanticKind {
  fileprivate init?(_ piece: Piece.Kind, _ name: Candidate.Kind?) {
    switch piece {
    case .comment: self = .comment
    case .string: self = .string
    case .number: self = .number
    case .invalid, .bracket, .punctuation: return nil
    case .keyword where name == nil: self = .keyword
    case .keyword, .name:
      switch name {
      case .function: self = .function
      case .parameter: self = .parameter
      case .module: self = .namespace
      case .property, .block: self = .property
      case .word: self = .enumMember
      case .type: self = .type
      case .resource: self = .class
      case .variable: self = .variable
      default: return nil
      }
    }
  }
}
