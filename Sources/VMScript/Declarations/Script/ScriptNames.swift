import VMScriptSyntax

/// The names of a script that is written: of its resources and its parameters, each once.
struct ScriptNames {
  /// Names that mean something else, at least at the start of a statement.
  private static let reserved = Set(
    StatementStarts.all + Session.builtinNames + [Session.lastValueName])

  /// By resource, the identifier that its statement binds.
  private var identifiers: [ResourceKey: String] = [:]
  private var taken = Self.reserved
  private var declared: Set<ResourceKey> = []

  /// Keeps a resource's name for it, if that is an identifier and still free.
  mutating func bind(_ key: ResourceKey) {
    guard Identifier.isName(key.name), taken.insert(key.name).inserted else { return }
    identifiers[key] = key.name
  }

  /// What stands after the keyword of a resource's statement.
  func declared(_ key: ResourceKey) -> String {
    identifiers[key] ?? QuotedText.literal(key.name)
  }

  /// The statement of a resource is written; what follows may use its name.
  mutating func noteDeclared(_ key: ResourceKey) { declared.insert(key) }

  /// Whether the statement of a resource is written.
  func isDeclared(_ key: ResourceKey) -> Bool { declared.contains(key) }

  /// An expression that gives a resource.
  ///
  /// - Parameters:
  ///   - words: mean themselves where it stands.
  ///   - isNameEnough: a string stands for the resource of its name there.
  func reference(
    _ key: ResourceKey, besides words: [String] = [], orName isNameEnough: Bool = false
  ) -> String {
    if isDeclared(key), let identifier = identifiers[key], !words.contains(identifier) {
      return identifier
    }
    let name = QuotedText.literal(key.name)
    return isNameEnough ? name : "\(key.kind.rawValue)(\(name))"
  }

  /// A name like `wanted` that nothing else has.
  mutating func unique(_ wanted: String) -> String {
    var name = wanted
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(wanted)_\(count)"
    }
    return name
  }

  /// A label: bare if it is an identifier, else as a string.
  static func written(_ label: String) -> String {
    Identifier.isName(label) ? label : QuotedText.literal(label)
  }
}
