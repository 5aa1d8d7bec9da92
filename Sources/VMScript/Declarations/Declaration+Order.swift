extension Declaration {
  /// The resources that must stand before it: those it refers to, and what it is a clone of.
  fileprivate var needs: [ResourceKey] {
    let source = source.map { [ResourceKey(kind: .domain, name: $0.name)] }
    return (source ?? []) + body.references
  }
}

extension DeclaredBlock {
  fileprivate var references: [ResourceKey] {
    properties.flatMap(\.value.references) + blocks.flatMap(\.references)
  }
}

extension Value {
  fileprivate var references: [ResourceKey] {
    switch self {
    case .resource(let reference): [ResourceKey(kind: reference.kind, name: reference.name)]
    case .list(let items): items.flatMap(\.references)
    case .map(let entries): entries.values.flatMap(\.references)
    default: []
    }
  }
}

extension [Declaration] {
  /// The same with what others stand on before them, and as it was otherwise.
  func inOrderOfDependence() -> [Declaration] {
    let positions = Dictionary(enumerated().map { ($1.key, $0) }) { first, _ in first }
    var ordered: [Declaration] = []
    var entered: Set<Int> = []
    var placed: Set<Int> = []
    for start in indices {
      var pending = [start]
      while let position = pending.popLast() {
        if entered.insert(position).inserted {
          // Met again when all that it needs has its place.
          pending.append(position)
          let needs = self[position].needs.compactMap { positions[$0] }
          pending += needs.filter { !entered.contains($0) }.reversed()
        } else if placed.insert(position).inserted {
          ordered.append(self[position])
        }
      }
    }
    return ordered
  }
}
