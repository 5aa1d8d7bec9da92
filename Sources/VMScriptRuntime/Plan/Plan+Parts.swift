/// A run with several points of effect has several plans, which its report joins.
extension Plan {
  /// Adds the changes of a later plan, renumbered to their positions here.
  mutating func append(_ later: [Change]) {
    let offset = changes.count
    changes += later.map { change in
      change.moved(
        to: change.id + offset, dependencies: change.dependencies.map { $0 + offset })
    }
  }
}

extension [Change] {
  /// The others, renumbered; what depended on one that is left out no longer waits for it.
  func leavingOut(_ isLeftOut: (Change) -> Bool) -> [Change] {
    let kept = filter { !isLeftOut($0) }
    let positions = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { ($0.element.id, $0.offset) })
    return kept.enumerated().map { position, change in
      change.moved(to: position, dependencies: change.dependencies.compactMap { positions[$0] })
    }
  }
}
