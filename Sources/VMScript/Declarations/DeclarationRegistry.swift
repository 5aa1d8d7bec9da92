import VMScriptSyntax

/// What an evaluation declared so far.
struct DeclarationRegistry {
  private var positions: [ResourceKey: Int] = [:]
  /// The first resource of each kind and look: names of one look can differ in their code points.
  private var looks: [Look: Int] = [:]
  /// Declared by earlier entries of a session, and thus free to be declared again.
  private var replaceable: Set<ResourceKey> = []
  var set: DeclarationSet
  /// Counts the changes of what is declared.
  private(set) var version = 0

  init(stack: String) { set = DeclarationSet(stack: stack) }

  func find(_ kind: ResourceKind, _ name: String) -> Declaration? {
    positions[ResourceKey(kind: kind, name: name)].map { set.declarations[$0] }
  }

  func reference(_ kind: ResourceKind, _ name: String) -> ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: find(kind, name) != nil)
  }

  /// The declaration that forbids another one of its kind and name.
  func conflict(_ kind: ResourceKind, _ name: String) -> Declaration? {
    replaceable.contains(ResourceKey(kind: kind, name: name)) ? nil : find(kind, name)
  }

  /// The declaration whose name looks like this one and differs in its code points.
  func lookalike(_ kind: ResourceKind, _ name: String) -> Declaration? {
    guard let position = looks[Look(kind: kind, name: name)] else { return nil }
    let found = set.declarations[position]
    return ExactText.areEqual(found.name, name) ? nil : found
  }

  /// Lets all that is declared so far be declared again, which then replaces it.
  mutating func beginEntry() { replaceable = Set(positions.keys) }

  /// Puts other declarations in the place of all that there are.
  mutating func replaceAll(with declarations: [Declaration]) {
    set.declarations = declarations.inOrderOfDependence()
    declarationsMoved()
  }

  /// Adds a declaration, in the place of the earlier one of its kind and name if there is one.
  ///
  /// - Returns: the declaration with what it inherits, and each clone that inherits from it anew.
  mutating func add(_ declaration: Declaration) throws -> [Declaration] {
    replaceable.remove(declaration.key)
    guard let position = positions[declaration.key] else {
      let declared = try inheriting(declaration, from: declaredSource(of: declaration))
      note(declared.key, at: set.declarations.count)
      set.declarations.append(declared)
      return [declared]
    }
    var declarations = set.declarations
    declarations[position] = declaration
    declarations = declarations.inOrderOfDependence()
    // A clone stands behind its source now, so that one pass reaches the clones of clones.
    var renewed: [ResourceKey: Declaration] = [:]
    for index in declarations.indices {
      let current = declarations[index]
      let source = current.declaredSource.flatMap { renewed[$0] }
      guard current.key == declaration.key || source != nil else { continue }
      declarations[index] = try inheriting(current, from: source ?? declaredSource(of: current))
      renewed[current.key] = declarations[index]
    }
    set.declarations = declarations
    declarationsMoved()
    return declarations.filter { renewed[$0.key] != nil }
  }

  /// A declaration with what a clone takes over from its source, and a revision of its own.
  private mutating func inheriting(
    _ declaration: Declaration, from source: Declaration?
  ) throws -> Declaration {
    var result = declaration
    if let source {
      result.body = try CloneMerge.refine(
        source.body, with: declaration.written, removing: declaration.removals)
    }
    version += 1
    result.revision = version
    return result
  }

  private func declaredSource(of clone: Declaration) -> Declaration? {
    clone.declaredSource.flatMap { find($0.kind, $0.name) }
  }

  /// Takes back what a `delete` names, so that the rest of the run does not make it again.
  mutating func withdraw(_ targets: [VerbRequest.Target]) {
    set.declarations.removeAll { declaration in
      declaration.kind == .domain && targets.contains { $0.names(declaration.name) }
    }
    declarationsMoved()
  }

  private mutating func declarationsMoved() {
    version += 1
    positions = [:]
    looks = [:]
    for (position, declaration) in set.declarations.enumerated() {
      note(declaration.key, at: position)
    }
  }

  private mutating func note(_ key: ResourceKey, at position: Int) {
    positions[key] = position
    looks[Look(kind: key.kind, name: key.name)] = position
  }

  /// A kind and a name, compared as Unicode's canonical equivalence does.
  private struct Look: Hashable {
    let kind: ResourceKind
    let name: String
  }

  /// Clones whose source, named as if it were on the host, is declared further down.
  func problemsOfReferences() -> [Diagnostic] {
    set.declarations.compactMap { declaration in
      guard case .host(let name) = declaration.source, let source = find(.domain, name) else {
        return nil
      }
      let place = declaration.sourceSpan ?? declaration.span
      return isDescendant(source, of: declaration.name)
        ? .cloneOfDescendant(name, at: place, declared: source.nameSpan)
        : .cloneBeforeSource(name, at: place, declared: source.nameSpan)
    }
  }

  /// Whether a domain is, by way of clones, made from `ancestor`.
  func isDescendant(_ domain: Declaration, of ancestor: String) -> Bool {
    var current = domain
    var seen: Set<String> = []
    while seen.insert(current.name).inserted {
      if current.name == ancestor { return true }
      guard let source = current.source?.name, let next = find(.domain, source) else { break }
      current = next
    }
    return false
  }
}

extension Declaration {
  /// The declared domain that a clone is made from.
  fileprivate var declaredSource: ResourceKey? {
    if case .declared(let name) = source { ResourceKey(kind: .domain, name: name) } else { nil }
  }
}

extension DeclarationSet {
  /// Whether a clone of this set is made from the domain of this name.
  public func isClonedFrom(_ name: String) -> Bool {
    declarations.contains { $0.source?.name == name }
  }
}

/// Shell patterns of names: `*` is any run of characters, `?` any one.
public enum Glob {
  /// Whether `name` is what `pattern` describes; takes time in proportion to the product of both.
  public static func matches(_ name: String, _ pattern: String) -> Bool {
    let name = Array(name)
    let pattern = Array(pattern)
    var (position, place) = (0, 0)
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < pattern.count,
        pattern[place] == "?" || areSame(pattern[place], name[position])
      {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }

  /// Whether two characters have the same code points.
  private static func areSame(_ a: Character, _ b: Character) -> Bool {
    a == b && a.utf8.elementsEqual(b.utf8)
  }
}
