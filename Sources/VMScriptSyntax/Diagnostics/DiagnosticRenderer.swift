/// Renders diagnostics in the format of rustc: severity, code and message, then the source lines
/// with their labels underneath, then notes and helps.
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

  /// Creates a renderer that shows lines of `sources`, with terminal colours if `color` is true.
  public init(sources: SourceMap, color: Bool) {
    self.sources = sources
    palette = Palette(isEnabled: color)
  }

  func source(of span: Span) -> SourceText { sources[span.source] }

  /// Returns the diagnostic as lines of text, each with its newline; control characters are
  /// escaped.
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

  /// Returns all diagnostics, separated by empty lines.
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

extension DiagnosticRenderer {
  /// Returns the diagnostic as one JSON object on one line.
  ///
  /// Keys: `severity code message file line column endLine endColumn labels notes helps`. The keys
  /// of the place are `null` for an error outside of scripts. A label has the keys of a place,
  /// `text` and `primary`. A help has `text`, and with an edit `replacement` and the keys of a
  /// place.
  public func json(_ diagnostic: Diagnostic) -> String {
    var members = [
      member("severity", string(diagnostic.severity.rawValue)),
      member("code", string(diagnostic.code.description)),
      member("message", string(diagnostic.message)),
    ]
    members += place(diagnostic.primary?.span)
    let labels =
      (diagnostic.primary.map { [label($0, isPrimary: true)] } ?? [])
      + diagnostic.secondary.map { label($0, isPrimary: false) }
    members.append(member("labels", array(labels)))
    members.append(member("notes", array(diagnostic.notes.map(string))))
    members.append(member("helps", array(diagnostic.helps.map(help))))
    return object(members)
  }

  private func place(_ span: Span?) -> [String] {
    guard let span else {
      return ["file", "line", "column", "endLine", "endColumn"].map { member($0, "null") }
    }
    let source = source(of: span)
    let start = source.location(of: span.start)
    let end = source.location(of: span.end)
    return [
      member("file", string(source.name)),
      member("line", String(start.line)), member("column", String(start.column)),
      member("endLine", String(end.line)), member("endColumn", String(end.column)),
    ]
  }

  private func label(_ label: Diagnostic.Label, isPrimary: Bool) -> String {
    object(
      place(label.span) + [member("text", string(label.text)), member("primary", "\(isPrimary)")])
  }

  private func help(_ help: Diagnostic.Help) -> String {
    var members = [member("text", string(help.text))]
    if let replacement = help.replacement {
      members.append(member("replacement", string(replacement)))
    }
    if let span = help.span { members += place(span) }
    return object(members)
  }

  private func member(_ key: String, _ value: String) -> String { "\"\(key)\": \(value)" }
  private func array(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }
  private func object(_ members: [String]) -> String { "{" + members.joined(separator: ", ") + "}" }

  private func string(_ text: String) -> String { QuotedText.json(text) }
}
