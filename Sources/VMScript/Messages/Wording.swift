import VMScriptSyntax

/// Returns a type's name with its article: `an int`, `a size`, `none`.
func withArticle(_ type: String) -> String {
  switch type {
  case "none": "none"
  case "unknown": "a value that is not known yet"
  case _ where type.first.map("aeiou".contains) ?? false: "an \(type)"
  default: "a \(type)"
  }
}

extension Value {
  /// The type of the value with an article: `an int`; for a resource its kind: `a net`.
  package var kindInWords: String {
    if case .resource(let reference) = self { return withArticle(reference.kind.rawValue) }
    return withArticle(typeName)
  }
}

/// Returns a text, cut if it is too long for a message.
func excerpt(_ text: String, _ count: Int) -> String {
  text.count <= count ? text : text.prefix(count) + "…"
}

/// Returns a type in words without its article, for a signature.
func withoutArticle(_ type: String) -> String {
  for article in ["a ", "an "] where type.hasPrefix(article) {
    return String(type.dropFirst(article.count))
  }
  return type
}

extension String {
  /// Returns the parts between the occurrences of a two-character separator.
  func components(separatedByDoubleColon separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}

/// Returns "did you mean" with a close candidate, if there is one.
func didYouMean(_ word: String, _ candidates: [String]) -> String? {
  closest(to: word, among: candidates).map { "did you mean `\($0)`?" }
}

/// Statements about a domain, as helps write them.
package enum StatementForm {
  /// Returns a verb on a domain, such as `start "web-1"`.
  ///
  /// The domain is named by a string, which has the same meaning in its script, in another one, in
  /// the shell and after `-e`. An identifier means the domain only where the script binds it.
  package static func verb(_ verb: String, _ domain: String, _ rest: String = "") -> String {
    let name = QuotedText.literal(domain)
    // A string with these characters is a pattern.
    let target = Glob.isPattern(domain) ? "domain(\(name))" : name
    return ([verb, target] + (rest.isEmpty ? [] : [rest])).joined(separator: " ")
  }

  /// Returns the two statements that restart a domain, in backquotes.
  package static func restart(_ domain: String) -> String {
    "`\(verb("stop", domain))`, then `\(verb("start", domain))`"
  }
}
