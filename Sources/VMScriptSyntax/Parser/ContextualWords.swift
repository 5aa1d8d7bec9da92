/// The words that are keywords in some places and names in all others, as names of one table.
struct ContextualWords {
  let image, net, domain, clone, output, check, print, stack: Name
  let remove: Name
  /// In the order of ``Verb``.
  private let verbs: [Name]
  private let wordsAfterTarget: [String: Name]

  init(_ names: inout NameTable) {
    image = names.intern("image")
    net = names.intern("net")
    domain = names.intern("domain")
    clone = names.intern("clone")
    output = names.intern("output")
    check = names.intern("check")
    print = names.intern("print")
    stack = names.intern("stack")
    remove = names.intern("remove")
    verbs = Verb.allCases.map { names.intern($0.word) }
    var after: [String: Name] = [:]
    for word in Verb.allCases.flatMap(\.row.arguments).map(\.word) where Keyword.kind(word) == nil {
      after[word] = names.intern(word)
    }
    wordsAfterTarget = after
  }

  /// `image`, `net`, `domain`.
  func isResourceKind(_ name: Name) -> Bool { name == image || name == net || name == domain }

  /// The verb of this word.
  func verb(_ name: Name) -> Verb? {
    verbs.firstIndex(of: name).map { Verb.allCases[$0] }
  }

  /// The name of a word that follows a target; nil for a reserved word.
  func afterTarget(_ word: String) -> Name? { wordsAfterTarget[word] }

  /// Words that begin a statement which declares no resource, or a clone.
  func beginsOtherStatement(_ name: Name) -> Bool {
    name == print || name == check || name == output || name == stack || name == clone
      || verbs.contains(name)
  }

  /// Words that follow a target; they never begin the name of a resource.
  func followsTarget(_ name: Name) -> Bool { wordsAfterTarget.values.contains(name) }
}

/// The words that are keywords at the start of a statement only.
public enum StatementStarts {
  /// In the order in which a reader meets them.
  public static let all =
    [
      "domain", "clone", "net", "image", "print", "output", "check", "stack", "remove",
    ] + Verb.allCases.map(\.word)

  /// The words that are reserved everywhere.
  public static var reserved: [String] { Keyword.all.map(\.text) }

  static let words = Set(all.map { Array($0.utf8) })
}

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
