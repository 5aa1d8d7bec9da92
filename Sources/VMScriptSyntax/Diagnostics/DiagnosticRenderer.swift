/// Writes diagnostics in the shape that rustc made known: severity, code and message, then the
/// source lines with their labels underneath, then notes and helps.
///
/// ```text
/// error[VM0210]: unknown property `memroy` in `domain`
///   ┌─ lab.vmscript:7:3
///   │
/// 6 │ domain web {
///   │ ---------- in this domain
/// 7 │   memroy = 2GiB
///   │   ^^^^^^ no such property
///   = help: did you mean `memory`?
/// ```
public struct DiagnosticRenderer: Sendable {
  let sources: SourceMap
  private let palette: Palette

  /// A renderer that shows lines of `sources`, with the colours of a terminal if `color` is true.
  public init(sources: SourceMap, color: Bool) {
    self.sources = sources
    palette = Palette(isEnabled: color)
  }

  func source(of span: Span) -> SourceText { sources[span.source] }

  /// The diagnostic as lines of text, each with its newline; control characters are escaped.
  public func render(_ diagnostic: Diagnostic) -> String {
    var text = palette.severity(
      diagnostic.severity, "\(diagnostic.severity.rawValue)[\(diagnostic.code)]")
    text += palette.bold(": " + PlainText.escaped(diagnostic.message)) + "\n"
    var margin = 1
    if let primary = diagnostic.primary {
      let groups = Dictionary(grouping: diagnostic.secondary, by: \.span.source)
      var snippets = [
        snippet(primary.span.source, primary, groups[primary.span.source] ?? [])
      ]
      let others = groups.keys.filter { $0 != primary.span.source }.sorted { $0.index < $1.index }
      for id in others { snippets.append(snippet(id, nil, groups[id] ?? [])) }
      margin = snippets.map(\.lineNumberWidth).max() ?? 1
      for snippet in snippets {
        text += snippet.render(margin: margin, palette, diagnostic.severity)
      }
    }
    for note in diagnostic.notes { text += footer("note", note, margin) }
    for help in diagnostic.helps { text += footer("help", help.text, margin) }
    return text
  }

  /// All of them, an empty line between two.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined(separator: "\n")
  }

  private func snippet(
    _ id: SourceID, _ primary: Diagnostic.Label?, _ secondary: [Diagnostic.Label]
  ) -> Snippet {
    Snippet(source: sources[id], primary: primary, secondary: secondary)
  }

  private func footer(_ kind: String, _ text: String, _ margin: Int) -> String {
    let indent = String(repeating: " ", count: margin + 1)
    let lines = PlainText.escaped(text, keepsNewlines: true).split(
      separator: "\n", omittingEmptySubsequences: false)
    let hanging = "\n" + indent + String(repeating: " ", count: kind.count + 4)
    return indent + palette.gutter("=") + " " + palette.bold(kind + ":") + " "
      + lines.joined(separator: hanging) + "\n"
  }
}

/// The colours of a terminal, or none.
struct Palette: Sendable {
  let isEnabled: Bool

  func severity(_ severity: Severity, _ text: String) -> String {
    switch severity {
    case .error: paint(text, "1;31")
    case .warning: paint(text, "1;33")
    case .note: paint(text, "1;36")
    }
  }

  func gutter(_ text: String) -> String { paint(text, "1;34") }
  func bold(_ text: String) -> String { paint(text, "1") }

  private func paint(_ text: String, _ code: String) -> String {
    isEnabled ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
