import VMScript

extension Declaration {
  /// The declaration with other labels and texts: values that no check of a script admits.
  func replacing(_ texts: [String: String]) -> Declaration {
    Declaration(
      kind: kind, name: texts[name] ?? name, body: body.replacing(texts), source: source,
      span: span, nameSpan: nameSpan)
  }
}

extension DeclaredBlock {
  fileprivate func replacing(_ texts: [String: String]) -> DeclaredBlock {
    var result = self
    result.label = label.map { texts[$0] ?? $0 }
    result.properties = properties.map { property in
      guard case .string(let text) = property.value, let other = texts[text] else {
        return property
      }
      return DeclaredProperty(schema: property.schema, value: .string(other), span: property.span)
    }
    result.blocks = blocks.map { $0.replacing(texts) }
    return result
  }
}
