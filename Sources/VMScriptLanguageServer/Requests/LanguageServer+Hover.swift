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
    for explanation in LanguageExplanations.ofCheck
    where diagnostics.contains(where: { $0.code == explanation.code }) {
      paragraphs.append("**\(explanation.code): \(explanation.title)**\n\n\(explanation.text)")
    }
    guard !paragraphs.isEmpty else { return nil }
    return HoverAnswer(
      contents: MarkupContent(value: paragraphs.joined(separator: "\n\n")),
      range: document.lines.range(Int(span.start)..<Int(span.end)))
  }
}
