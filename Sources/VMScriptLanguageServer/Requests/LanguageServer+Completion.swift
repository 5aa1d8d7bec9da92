import VMScript
import VMScriptEditing
import VMScriptSyntax

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
    // An edit stays on one line.
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
  /// The word with what follows it and the place where one goes on; nil where it is but a word.
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
