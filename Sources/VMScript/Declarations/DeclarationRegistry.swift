import VMScriptSyntax

/// What an evaluation declared so far.
struct DeclarationRegistry {
  private var positions: [ResourceKey: Int] = [:]
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

  /// Lets all that is declared so far be declared again, which then replaces it.
  mutating func beginEntry() { replaceable = Set(positions.keys) }

  /// Puts other declarations in the place of all that there are.
  mutating func replaceAll(with declarations: [Declaration]) {
    set.declarations = declarations
    declarationsMoved()
  }

  mutating func add(_ declaration: Declaration) {
    let key = declaration.key
    if replaceable.remove(key) != nil, let earlier = positions[key] {
      set.declarations.remove(at: earlier)
      declarationsMoved()
    }
    positions[key] = set.declarations.count
    set.declarations.append(declaration)
    version += 1
  }

  /// Takes back what a `delete` names, so that the rest of the run does not make it again.
  mutating func withdraw(_ targets: [VerbRequest.Target]) {
    set.declarations.removeAll { declaration in
      declaration.kind == .domain
        && targets.contains { target in
          switch target {
          case .resource(let reference): reference.name == declaration.name
          case .pattern(let pattern): Glob.matches(declaration.name, pattern)
          }
        }
    }
    declarationsMoved()
  }

  private mutating func declarationsMoved() {
    version += 1
    positions = [:]
    for (position, declaration) in set.declarations.enumerated() {
      positions[declaration.key] = position
    }
  }

  /// Clones whose source, named as if it were on the host, is declared further down.
  func problemsOfReferences() -> [Diagnostic] {
    set.declarations.compactMap { declaration in
      guard case .host(let name) = declaration.source, let source = find(.domain, name) else {
        return nil
      }
      let place = declaration.sourceSpan ?? declaration.span
      return isDescendant(source, of: declaration)
        ? .cloneOfDescendant(name, at: place, declared: source.nameSpan)
        : .cloneBeforeSource(name, at: place, declared: source.nameSpan)
    }
  }

  /// Whether a domain is, by way of clones, made from `ancestor`.
  private func isDescendant(_ domain: Declaration, of ancestor: Declaration) -> Bool {
    var current = domain
    var seen: Set<String> = []
    while seen.insert(current.name).inserted {
      if current.name == ancestor.name { return true }
      guard let source = current.source?.name, let next = find(.domain, source) else { break }
      current = next
    }
    return false
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
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[position] {
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
}
