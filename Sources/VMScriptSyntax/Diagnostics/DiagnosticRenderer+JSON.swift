extension DiagnosticRenderer {
  /// The diagnostic as one JSON object on one line.
  ///
  /// Keys: `severity code message file line column endLine endColumn labels notes helps`; places
  /// are `null` where no script is to blame. A label has the place's keys, `text` and `primary`; a
  /// help has `text`, and with an edit `replacement` and the place's keys.
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
