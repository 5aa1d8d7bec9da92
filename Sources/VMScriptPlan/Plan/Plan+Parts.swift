/// A run with several points of effect has several plans, which its report joins.
extension Plan {
  /// Adds the changes of a later plan, renumbered to their positions here. A resource that both plans
  /// change stands once, with everything that is done to it.
  package mutating func append(_ later: [Change]) {
    var positions = Dictionary(changes.map { ($0.key, $0.id) }) { first, _ in first }
    var renumbered: [Int: Int] = [:]
    for change in later {
      let position = positions[change.key] ?? positions.count
      positions[change.key] = position
      renumbered[change.id] = position
    }
    for change in later {
      guard let position = renumbered[change.id] else { continue }
      let dependencies = change.dependencies.compactMap { renumbered[$0] }
      let moved = change.moved(to: position, dependencies: dependencies)
      if changes.indices.contains(position) {
        changes[position] = changes[position].followed(by: moved)
      } else {
        changes.append(moved)
      }
    }
  }
}

extension Change {
  /// Two changes of one resource as one.
  fileprivate func followed(by later: Change) -> Change {
    guard later.action != .delete else { return later }
    var merged = properties
    for property in later.properties {
      if let index = merged.firstIndex(where: { $0.path == property.path }) {
        merged[index] = property.changing(from: merged[index].from)
      } else {
        merged.append(property)
      }
    }
    var joined = Change(
      id: id, action: action == .create ? .create : later.action, kind: kind, name: name,
      source: later.source ?? source, impact: max(impact, later.impact), properties: merged,
      creation: later.creation ?? creation, span: later.span ?? span,
      dependencies: Set(dependencies + later.dependencies).subtracting([id]).sorted())
    joined.result = later.result ?? result
    joined.milliseconds =
      milliseconds.map { $0 + (later.milliseconds ?? 0) } ?? later.milliseconds
    return joined
  }
}

extension [Change] {
  /// The others, renumbered; what depended on one that is left out no longer waits for it.
  package func leavingOut(_ isLeftOut: (Change) -> Bool) -> [Change] {
    let kept = filter { !isLeftOut($0) }
    let positions = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { ($0.element.id, $0.offset) })
    return kept.enumerated().map { position, change in
      change.moved(to: position, dependencies: change.dependencies.compactMap { positions[$0] })
    }
  }
}
