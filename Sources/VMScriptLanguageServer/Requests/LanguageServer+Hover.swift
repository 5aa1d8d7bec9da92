import VMScript
import VMScriptSyntax

extension LanguageServer {
  /// What there is to say about a word, and what the codes mean of that which is wrong there.
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
