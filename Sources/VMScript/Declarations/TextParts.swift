import VMScriptSyntax

extension String {
  /// The parts between the occurrences of a two-character separator.
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

/// "did you mean", where a candidate is close.
func didYouMean(_ word: String, _ candidates: [String]) -> String? {
  closest(to: word, among: candidates).map { "did you mean `\($0)`?" }
}
