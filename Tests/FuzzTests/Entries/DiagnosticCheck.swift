import Foundation
import VMScriptSyntax

/// Invariants of all diagnostics.
enum DiagnosticCheck {
  /// The first violation, in the diagnostics or in their rendered text; nil if there is none.
  static func problem(_ diagnostics: [Diagnostic], _ sources: SourceMap) -> String? {
    for diagnostic in diagnostics {
      let labels = diagnostic.secondary + (diagnostic.primary.map { [$0] } ?? [])
      let spans = labels.map(\.span) + diagnostic.helps.compactMap(\.span)
      guard spans.allSatisfy({ isInside($0, sources) }) else {
        return "\(diagnostic.code) points out of the text"
      }
    }
    let plain = DiagnosticRenderer(sources: sources, color: false)
    guard plain.render(diagnostics).unicodeScalars.allSatisfy({ isVisible($0) || $0 == "\n" })
    else { return "diagnostics have control characters" }
    _ = DiagnosticRenderer(sources: sources, color: true).render(diagnostics)
    return diagnostics.allSatisfy { JSONText.isSound(plain.json($0)) }
      ? nil : "a diagnostic's JSON is none"
  }

  static func isInside(_ span: Span, _ sources: SourceMap) -> Bool {
    let (source, start) = (Int(span.source.index), Int(span.start))
    return source < sources.sources.count
      && start + Int(span.length) <= sources.sources[source].bytes.count
  }

  /// Whether a terminal shows it instead of acting on it.
  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: false
    default: true
    }
  }
}
