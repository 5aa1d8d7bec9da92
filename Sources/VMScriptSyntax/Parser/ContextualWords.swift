/// The words that are keywords in some places and names elsewhere, as names of one table.
struct ContextualWords {
  let image, net, domain, clone, output, check, print, stack, moved: Name
  let remove: Name
  /// In the order of ``Verb``.
  private let verbs: [Name]
  private let valuedVerbs: [(name: Name, verb: Verb)]
  private let wordsAfterTarget: [String: Name]
  /// The words that begin a part of a verb after the first.
  private let wordsBehind: Set<Name>
  /// In the order of ``WaitWord``; only those with an argument.
  private let waitWords: [Name?]

  init(_ names: inout NameTable) {
    image = names.intern("image")
    net = names.intern("net")
    domain = names.intern("domain")
    clone = names.intern("clone")
    output = names.intern("output")
    check = names.intern("check")
    print = names.intern("print")
    stack = names.intern("stack")
    moved = names.intern("moved")
    remove = names.intern("remove")
    verbs = Verb.allCases.map { names.intern($0.word) }
    valuedVerbs = zip(verbs, Verb.allCases).filter { $1.row.hasValue }.map { ($0, $1) }
    var after: [String: Name] = [:]
    for word in Verb.allCases.flatMap(\.row.arguments).compactMap(\.word)
    where Keyword.kind(word) == nil {
      after[word] = names.intern(word)
    }
    wordsAfterTarget = after
    wordsBehind = Set(
      Verb.allCases.flatMap { $0.row.arguments.dropFirst() }.compactMap(\.word).compactMap {
        after[$0]
      })
    waitWords = WaitWord.allCases.map { $0.argument == nil ? nil : names.intern($0.rawValue) }
  }

  /// Returns the verb of this word, if it has a value.
  func verbWithValue(_ name: Name) -> Verb? {
    valuedVerbs.first { $0.name == name }?.verb
  }

  /// Returns the index of the condition with an argument that a word begins; nil if there is none.
  func waitWord(_ name: Name) -> Int? { waitWords.firstIndex(of: name) }

  /// Returns whether a name is `image`, `net` or `domain`.
  func isResourceKind(_ name: Name) -> Bool { name == image || name == net || name == domain }

  /// Returns the verb of this word; of several, the one whose statement begins with a target.
  func verb(_ name: Name) -> Verb? {
    verbs.firstIndex(of: name).map { Verb.allCases[$0] }
  }

  /// Returns the verb of this word whose statement goes on with another word, such as the `snapshot`
  /// of `delete snapshot`.
  func verb(_ name: Name, before next: Name) -> Verb? {
    zip(verbs, Verb.allCases).first { word, verb in
      word == name && verb.row.arguments.first?.word.flatMap(afterTarget) == next
    }?.1
  }

  /// Returns the name of a word that follows a target; nil for a reserved word.
  func afterTarget(_ word: String) -> Name? { wordsAfterTarget[word] }

  /// Returns whether a word begins a `clone` statement or a statement that declares no resource.
  func beginsOtherStatement(_ name: Name) -> Bool {
    name == print || name == check || name == output || name == stack || name == moved
      || name == clone || verbs.contains(name)
  }

  /// Returns whether a word follows a target; such a word never begins the name of a resource.
  func followsTarget(_ name: Name) -> Bool { wordsBehind.contains(name) }
}

/// The words that are keywords at the start of a statement only.
public enum StatementStarts {
  /// In the order in which a tutorial would introduce them.
  public static let all =
    [
      "domain", "clone", "net", "image", "print", "output", "check", "stack", "moved", "remove",
    ] + verbs

  /// The words of the verbs, each once.
  private static let verbs = Verb.allCases.map(\.word).reduce(into: [String]()) { words, word in
    if !words.contains(word) { words.append(word) }
  }

  /// The words that are reserved everywhere.
  public static var reserved: [String] { Keyword.all.map(\.text) }

  static let words = Set(all.map { Array($0.utf8) })
}

extension StatementStarts {
  /// Returns the word that the author probably meant at the start of a statement: the equivalent of
  /// a word of another language, or the closest word; `nil` if none is close.
  ///
  /// - Parameter kinds: the kinds of resources besides `image`, `net` and `domain`.
  public static func meant(by word: String, kinds: [String] = []) -> String? {
    otherLanguages[word] ?? Verb.meant(by: word)?.word
      ?? closest(to: word, among: kinds + statements)
  }

  /// Returns whether this word begins a statement of another language.
  static func isOfAnotherLanguage(_ word: String) -> Bool {
    otherLanguages[word] != nil || Verb.allCases.contains { $0.row.synonyms.contains(word) }
      || Slips.loops.contains(word)
  }

  private static let statements =
    [
      "let", "param", "func", "if", "for", "import", "return", "image", "net", "domain", "clone",
      "output", "check", "print", "stack", "moved",
    ] + verbs

  /// The words of other languages for these statements.
  private static let otherLanguages = [
    "var": "let", "const": "let", "def": "func", "fn": "func", "fun": "func", "function": "func",
    "vm": "domain", "machine": "domain", "guest": "domain", "network": "net", "assert": "check",
    "echo": "print", "println": "print", "include": "import", "use": "import", "require": "import",
    "val": "let", "foreach": "for",
  ]
}
