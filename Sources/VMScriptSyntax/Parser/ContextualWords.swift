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
