import VMScriptSyntax

/// The declarations of an evaluation so far.
struct DeclarationRegistry {
  private var positions: [ResourceKey: Int] = [:]
  /// The first resource of each kind and look: names that look alike can differ in their code
  /// points.
  private var looks: [Look: Int] = [:]
  /// The resources that earlier entries of a session declared, and that may be declared again.
  private var replaceable: Set<ResourceKey> = []
  var set: DeclarationSet
  /// The number of changes of the declarations.
  private(set) var version = 0

  init(stack: String) { set = DeclarationSet(stack: stack) }

  func find(_ kind: ResourceKind, _ name: String) -> Declaration? {
    positions[ResourceKey(kind: kind, name: name)].map { set.declarations[$0] }
  }

  func reference(_ kind: ResourceKind, _ name: String) -> ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: find(kind, name) != nil)
  }

  /// Returns the declaration that conflicts with another one of its kind and name.
  func conflict(_ kind: ResourceKind, _ name: String) -> Declaration? {
    replaceable.contains(ResourceKey(kind: kind, name: name)) ? nil : find(kind, name)
  }

  /// Returns the declaration whose name looks the same but differs in its code points.
  func lookalike(_ kind: ResourceKind, _ name: String) -> Declaration? {
    guard let position = looks[Look(kind: kind, name: name)] else { return nil }
    let found = set.declarations[position]
    return ExactText.areEqual(found.name, name) ? nil : found
  }

  /// Allows all declarations so far to be declared again, which replaces them.
  mutating func beginEntry() {
    replaceable = Set(positions.keys)
    set.moves = []
  }

  /// Adds a move. An earlier entry of a session may have declared the domain under its earlier name.
  ///
  /// - Throws: a diagnostic for a second move of a domain, and for one to itself.
  mutating func add(_ move: Move) throws(Diagnostic) {
    if let diagnostic = MoveMessages.contradiction(of: move, with: set.moves) { throw diagnostic }
    set.moves.append(move)
    version += 1
    let earlier = ResourceKey(kind: .domain, name: move.old)
    guard replaceable.contains(earlier) else { return }
    set.declarations.removeAll { $0.key == earlier }
    replaceable.remove(earlier)
    declarationsMoved()
  }

  /// Returns the errors of moves, as far as later statements cannot change them.
  func problemsOfMoves() -> [Diagnostic] {
    set.moves.compactMap { move in
      if let declared = find(.domain, move.old) {
        return MoveMessages.stillDeclared(move, declared.nameSpan)
      }
      for kind in ResourceKind.allCases where kind != .domain {
        if let other = find(kind, move.new) ?? find(kind, move.old), !isDomain(move.new) {
          return MoveMessages.notADomain(move, other)
        }
      }
      return nil
    }
  }

  private func isDomain(_ name: String) -> Bool { find(.domain, name) != nil }

  /// Returns the errors of moves to names that the whole script does not declare.
  func problemsOfUndeclaredMoves() -> [Diagnostic] {
    set.moves.filter { move in
      !isDomain(move.new) && !set.moves.contains { $0.old == move.new }
    }.map { move in
      MoveMessages.undeclared(
        move, known: set.declarations.filter { $0.kind == .domain }.map(\.name))
    }
  }

  /// Replaces all declarations.
  mutating func replaceAll(with declarations: [Declaration]) {
    set.declarations = declarations.inOrderOfDependence()
    declarationsMoved()
  }

  /// Adds a declaration, in place of an earlier one of its kind and name.
  ///
  /// - Returns: the declaration with its inherited parts, and each clone that inherits from it
  ///   again.
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
    // A clone follows its source here, so that one pass reaches the clones of clones.
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

  /// Returns a declaration with the parts that a clone inherits from its source, and a revision of
  /// its own.
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

  /// Removes the declarations that a `delete` names, so that the rest of the run does not create
  /// them again.
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

  /// A kind and a name, compared by Unicode's canonical equivalence.
  private struct Look: Hashable {
    let kind: ResourceKind
    let name: String
  }

  /// Returns the errors of clones whose source was taken for a domain on the host, but is declared
  /// further down.
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

  /// Returns whether a domain is a direct or indirect clone of `ancestor`.
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
  /// The declared domain that is the source of a clone.
  fileprivate var declaredSource: ResourceKey? {
    if case .declared(let name) = source { ResourceKey(kind: .domain, name: name) } else { nil }
  }
}

extension DeclarationSet {
  /// Returns whether a clone of this set has the domain of this name as its source.
  public func isClonedFrom(_ name: String) -> Bool {
    declarations.contains { $0.source?.name == name }
  }
}

/// Shell patterns of names: `*` matches any run of characters, `?` any one character.
public enum Glob {
  /// Returns whether a text is a pattern rather than a name.
  package static func isPattern(_ text: String) -> Bool { text.contains { "*?".contains($0) } }

  /// Returns whether `name` matches `pattern`; takes time in proportion to the product of both
  /// lengths.
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

  /// Returns whether two characters have the same code points.
  private static func areSame(_ a: Character, _ b: Character) -> Bool {
    a == b && a.utf8.elementsEqual(b.utf8)
  }
}
