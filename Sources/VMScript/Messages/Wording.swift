/// A type's name with its article, as a sentence needs it: `an int`, `a size`, `none`.
func withArticle(_ type: String) -> String {
  switch type {
  case "none": "none"
  case "unknown": "a value that is not known yet"
  case _ where type.first.map("aeiou".contains) ?? false: "an \(type)"
  default: "a \(type)"
  }
}

extension Value {
  /// What the value is, with an article: `an int`, of a resource which: `a net`.
  package var kindInWords: String {
    if case .resource(let reference) = self { return withArticle(reference.kind.rawValue) }
    return withArticle(typeName)
  }
}

/// A text, cut where it would bury what is said of it.
func excerpt(_ text: String, _ count: Int) -> String {
  text.count <= count ? text : text.prefix(count) + "…"
}

/// A type in words without its article, for a signature.
func withoutArticle(_ type: String) -> String {
  for article in ["a ", "an "] where type.hasPrefix(article) {
    return String(type.dropFirst(article.count))
  }
  return type
}
