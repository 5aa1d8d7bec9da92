import VMScript
import VMScriptSyntax

extension CursorContext {
  /// Returns all candidates at the cursor, whatever was typed of them. The caller adds files and
  /// the names that only a host knows, see ``resourceKinds`` and ``takesFiles``.
  ///
  /// - Parameters:
  ///   - names: the names that the text can use besides built-in functions.
  ///   - script: the name of the file, which its imports are relative to.
  public func candidates(_ names: [KnownName], in script: String = "") -> [Candidate] {
    switch place {
    case .statement:
      return Self.statements + kinds + scope(names) + Self.reserved
    case .entry(let block):
      return Self.entries(of: block, assignment: " = ")
        + ["let", "if", "for"].map { Candidate($0, .keyword) }
    case .key(let block): return Self.entries(of: block, assignment: ": ")
    case .removal(let block): return block.blocks.map { Candidate($0.name, .block, doc: $0.doc) }
    case .value(let property):
      let kinds = property.type.resourceKinds
      guard !kinds.isEmpty else { return Self.words(of: property.type) + scope(names) }
      // Before anything is typed, only names that are or may be such a resource.
      let isFirst = typed.isEmpty
      return Self.words(of: property.type)
        + names.filter { !isFirst || $0.canBe(oneOf: kinds) }.map(\.candidate)
        + (isFirst ? [] : Self.functions(in: .resources))
    case .expression: return scope(names) + Self.reserved
    case .member(let path):
      return baseType(in: script, names)?.memberCandidates(vocabulary) ?? members(of: path, names)
    case .target: return names.filter { $0.kind != .function }.map(\.candidate)
    case .condition:
      return WaitWord.allCases.map(\.rawValue).sorted().map { Candidate($0, .word) } + scope(names)
    case .type: return Self.types
    case .continuation(let words): return words.map { Candidate($0, .keyword) }
    case .resourceName, .path, .text, .nothing: return []
    }
  }

  /// The kinds of resources that may be named at the cursor.
  public var resourceKinds: [ResourceKind] {
    switch place {
    case .resourceName(let kinds): kinds
    case .text: ResourceKind.allCases
    default: []
    }
  }

  /// The kinds of resources that may be named at the cursor within quotes.
  public var quotedKinds: [ResourceKind] {
    switch place {
    case .target: [.domain]
    case .value(let property): property.type.resourceKinds
    default: []
    }
  }

  /// Whether a file may be named at the cursor.
  public var takesFiles: Bool {
    switch place {
    case .path, .text: true
    case .resourceName(let kinds): kinds == ResourceKind.allCases
    default: false
    }
  }

  // MARK: Kinds of candidates

  private static let statements = StatementStarts.all.filter { $0 != "remove" }.map {
    Candidate($0, .statement, doc: Reference.entry($0)?.doc ?? "", suffix: " ")
  }

  /// The host's own kinds of resources.
  private var kinds: [Candidate] {
    vocabulary.kinds.values.map { Candidate($0.name, .statement, doc: $0.doc, suffix: " ") }
  }

  private static let reserved = StatementStarts.reserved.map {
    Candidate($0, .keyword, doc: Reference.entry($0)?.doc ?? "")
  }

  private static let functions = Builtin.functions.map(candidate)

  private static func functions(in group: Builtin.Group) -> [Candidate] {
    Builtin.functions.filter { $0.group == group }.map(candidate)
  }

  private static func candidate(_ builtin: Builtin) -> Candidate {
    Candidate(
      builtin.name, .function, type: builtin.reference.form, doc: builtin.reference.doc)
  }

  /// Returns the names of the script, then the built-in ones.
  private func scope(_ names: [KnownName]) -> [Candidate] {
    names.map(\.candidate) + Self.functions
  }

  private static let types = ParameterType.allCases.map {
    Candidate($0.rawValue, .type, doc: Reference.type($0.rawValue)?.doc ?? "")
  }

  private static func entries(of block: BlockSchema, assignment: String) -> [Candidate] {
    block.properties.map {
      Candidate($0.name, .property, type: $0.type.name, doc: $0.doc, suffix: assignment)
    }
      + block.blocks.map {
        let isAssigned = $0.shorthand != nil || assignment != " = "
        return Candidate(
          $0.name, .block, type: "block", doc: $0.doc, suffix: isAssigned ? assignment : " ")
      }
  }

  private static func words(of type: PropertyType) -> [Candidate] {
    let truth = if case .bool = type { ["true", "false"] } else { [String]() }
    return (type.words + truth).map { Candidate($0, .word) }
  }

  private func members(of path: [String], _ names: [KnownName]) -> [Candidate] {
    guard let first = path.first, let known = names.first(where: { $0.text == first }) else {
      return []
    }
    if known.kind == .module {
      return path.count == 1
        ? known.members.map(\.candidate) : members(of: Array(path.dropFirst()), known.members)
    }
    var type = known.value.flatMap { StaticType($0) }
    for name in path.dropFirst() { type = type?.member(name, vocabulary) }
    return type?.memberCandidates(vocabulary) ?? []
  }
}

extension KnownName {
  /// Returns whether it may name a resource of one of these kinds, as far as its value is known.
  fileprivate func canBe(oneOf kinds: [ResourceKind]) -> Bool {
    guard kind != .function else { return false }
    return switch value {
    case .resource(let reference): kinds.contains(reference.kind)
    case .string, .list, .map, .unknown, nil: true
    default: false
    }
  }
}

extension PropertyType {
  /// The kinds of resources that a value of this type may be.
  fileprivate var resourceKinds: [ResourceKind] {
    switch self {
    case .resource(let kinds): kinds
    case .list(let element): element.resourceKinds
    case .either(let types): types.flatMap(\.resourceKinds)
    default: []
    }
  }
}

extension StaticType {
  /// Returns everything that may follow a value of the type and a dot.
  func memberCandidates(_ vocabulary: Vocabulary) -> [Candidate] {
    switch self {
    case .resource(let kind):
      let entries = Self.entries(of: vocabulary.schema(kind))
      let name = Candidate("name", .member, doc: "Its name on the host")
      return kind.attributes.map { Candidate($0.name, .member, doc: $0.row.doc) }
        + (entries.contains { $0.text == "name" } ? [] : [name]) + entries
    case .block(let schema): return Self.entries(of: schema) + ofItsType
    case .value(.resource(let reference)):
      return Self.resource(reference.kind).memberCandidates(vocabulary)
    case .value(.map(let entries)):
      return entries.map { Candidate($0.key, .member, type: $0.value.brief) } + ofItsType
    case .map(let entries):
      return entries.map { Candidate($0.key, .member, type: $0.type?.name ?? "") } + ofItsType
    default: return ofItsType
    }
  }

  private static func entries(of schema: BlockSchema) -> [Candidate] {
    schema.properties.map { Candidate($0.name, .member, type: $0.type.name, doc: $0.doc) }
      + schema.blocks.map { Candidate($0.name, .member, type: "block", doc: $0.doc) }
  }

  private var ofItsType: [Candidate] {
    guard let type = Reference.type(name) else { return [] }
    return type.members.map { Candidate($0.name, .member, doc: $0.doc) }
      + type.methods.map { Candidate($0.name, .method, type: $0.form, doc: $0.doc, suffix: "(") }
  }
}
