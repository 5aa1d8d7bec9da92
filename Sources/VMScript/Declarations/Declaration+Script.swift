import VMScriptSyntax

extension DeclarationSet {
  /// A script that declares the same, its values worked out, in the style of `vmscript fmt`.
  ///
  /// Secrets are masked, so that they must be filled in again.
  public var script: String {
    let statements = declarations.map(\.script).joined(separator: "\n\n")
    let text = "stack \(QuotedText.literal(stack))\n\n\(statements)\n"
    switch Formatter.format(SourceText(name: "", text: text)) {
    case .success(let formatted): return formatted
    case .failure: return text
    }
  }
}

extension Declaration {
  /// The statement that declares the same, its values worked out.
  public var script: String {
    let named = QuotedText.literal(name)
    let head: String
    switch source {
    case .declared(let source), .host(let source):
      head = "clone domain(\(QuotedText.literal(source))) as \(named)"
    case nil: head = "\(kind.rawValue) \(named)"
    }
    let removed = removals.map { removal in
      switch removal.which {
      case .label(let label): "remove \(removal.block) \(QuotedText.literal(label))"
      case .position(let position): "remove \(removal.block) \(position)"
      }
    }
    return "\(head) {\n\((removed + body.scriptLines).joined(separator: "\n"))\n}"
  }
}

extension DeclaredBlock {
  fileprivate var scriptLines: [String] {
    properties.map { "\($0.schema.name) = \($0.value.script)" }
      + blocks.map { block in
        let label = block.label.map { " " + QuotedText.literal($0) } ?? ""
        return "\(block.schema.name)\(label) {\n\(block.scriptLines.joined(separator: "\n"))\n}"
      }
  }
}

extension Value {
  /// As a script writes it where its type is known.
  fileprivate var script: String {
    switch self {
    case .mac(let address): QuotedText.literal(address.description)
    case .list(let items): "[\(items.map(\.script).joined(separator: ", "))]"
    case .map(let entries):
      "{\(entries.map { "\(QuotedText.literal($0.key)): \($0.value.script)" }.joined(separator: ", "))}"
    default: literal
    }
  }
}
