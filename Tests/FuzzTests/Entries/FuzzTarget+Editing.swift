import VMScript
import VMScriptEditing
import VMScriptSyntax

extension FuzzTarget {
  /// The answer to any request of an editor, at any place, lies within the text.
  static func editing(_ bytes: [UInt8]) -> String? {
    let script = SourceText(name: "f", bytes: bytes)
    let analysis = Analysis(script, engine: Engine())
    if let problem = DiagnosticCheck.problem(analysis.diagnostics, analysis.sources) {
      return problem
    }
    let ranges = Fold.all(in: bytes).map(\.range) + analysis.names.map(\.range)
    guard ranges.allSatisfy({ $0.upperBound <= bytes.count }) else {
      return "a fold or a name lies outside of the text"
    }
    // Every place of a short text, as many of a long one.
    for offset in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 24)) {
      let definition = analysis.definition(at: offset)
      var spans = [definition, analysis.renamable(at: offset), analysis.hover(at: offset)?.span]
      if let definition { spans += analysis.references(to: definition, in: "f") }
      guard spans.allSatisfy({ $0.map { DiagnosticCheck.isInside($0, analysis.sources) } ?? true })
      else { return "what stands at \(offset) lies outside of the text" }
      _ = analysis.completion(at: offset, in: script, importer: nil)
      _ = analysis.signatures(at: offset, in: script)
    }
    return nil
  }
}
