import VMScript

/// The snapshots of a domain in the order of their tree.
struct SnapshotTree {
  struct Entry: Hashable {
    let name: String
    /// The snapshot that it was made after; nil for a first one.
    let parent: String?
    /// Whether the domain's present state follows from it.
    let isCurrent: Bool

    var document: Value {
      var document: ValueMap = ["name": .string(name)]
      if let parent { document["parent"] = .string(parent) }
      if isCurrent { document["current"] = .bool(true) }
      return .map(document)
    }
  }

  /// Each snapshot after its parent, otherwise by name. Takes one with an unknown parent for a first
  /// one.
  let entries: [Entry]

  init(_ snapshots: [Entry]) {
    let names = Set(snapshots.map(\.name))
    let sorted = snapshots.sorted { $0.name < $1.name }
    let children = Dictionary(grouping: sorted) { entry in
      entry.parent.flatMap { names.contains($0) ? $0 : nil }
    }
    var ordered: [Entry] = []
    var seen: Set<String> = []
    var open = Array((children[nil] ?? []).reversed())
    while let next = open.popLast() {
      guard seen.insert(next.name).inserted else { continue }
      ordered.append(next)
      open += (children[next.name] ?? []).reversed()
    }
    // A cycle has no first snapshot.
    entries = ordered + sorted.filter { !seen.contains($0.name) }
  }
}
