extension StatementStarts {
  /// The word that was meant by one that begins no statement: what other languages call it, or the
  /// closest one; `nil` if none is close.
  ///
  /// - Parameter kinds: the kinds of resources beside `image`, `net` and `domain`.
  public static func meant(by word: String, kinds: [String] = []) -> String? {
    otherLanguages[word] ?? Verb.meant(by: word)?.word
      ?? closest(to: word, among: kinds + statements)
  }

  /// Whether a statement of another language begins with this word.
  static func isOfAnotherLanguage(_ word: String) -> Bool {
    otherLanguages[word] != nil || Verb.allCases.contains { $0.row.synonyms.contains(word) }
      || Slips.loops.contains(word)
  }

  private static let statements =
    [
      "let", "param", "func", "if", "for", "import", "return", "image", "net", "domain", "clone",
      "output", "check", "print", "stack",
    ] + Verb.allCases.map(\.word)

  /// What these statements are called elsewhere.
  private static let otherLanguages = [
    "var": "let", "const": "let", "def": "func", "fn": "func", "fun": "func", "function": "func",
    "vm": "domain", "machine": "domain", "guest": "domain", "network": "net", "assert": "check",
    "echo": "print", "println": "print", "include": "import", "use": "import", "require": "import",
    "val": "let", "foreach": "for",
  ]
}
