import VMScript

/// How a text shows diagnostics; the raw values are the header's `vms_form`.
enum DiagnosticForm: Int32 {
  case json, rendered, colored

  func text(_ diagnostics: [Diagnostic], _ sources: SourceMap) -> String {
    let renderer = DiagnosticRenderer(sources: sources, color: self == .colored)
    switch self {
    case .json: return "[" + diagnostics.map(renderer.json).joined(separator: ", ") + "]"
    case .rendered, .colored: return renderer.render(diagnostics)
    }
  }
}
