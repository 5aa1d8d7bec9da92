import VMScript
import VMScriptSyntax

/// Volumes that go from one domain to another.
extension StoragePlan {
  /// The domains that write to what is at a path, by the names that the stack knows them by.
  private func writers(of path: String) -> [String] {
    let writers = live.storage.writers(of: path)
    guard !writers.isEmpty else { return [] }
    return writers.map { writer in
      live.domains[writer]?.name == writer
        ? writer : live.domains.first { $0.value.name == writer }?.key ?? writer
    }
  }

  /// The same changes, each that takes a disk after the one that lets go of it.
  func afterMoves(_ changes: [Change]) -> [Change] {
    var changes = changes
    let positions = Dictionary(
      changes.filter { $0.kind == .domain }.map { ($0.name, $0.id) }
    ) { first, _ in first }
    for index in changes.indices where changes[index].kind == .domain {
      for drive in domains[changes[index].name]?.drives ?? [] {
        guard let path = drive.base?.path else { continue }
        for other in writers(of: path) where other != changes[index].name {
          guard let position = positions[other],
            !Self.waits(position, for: changes[index].id, changes)
          else { continue }
          changes[index].dependencies = Set(changes[index].dependencies + [position]).sorted()
        }
      }
    }
    return changes
  }

  /// Whether a change waits for another one, by whatever way. A ring of changes would wait for ever.
  private static func waits(_ id: Int, for other: Int, _ changes: [Change]) -> Bool {
    var seen: Set<Int> = []
    var next = [id]
    while let current = next.popLast() {
      if current == other { return true }
      guard seen.insert(current).inserted, changes.indices.contains(current) else { continue }
      next += changes[current].dependencies
    }
    return false
  }

  /// Disks that are to be moved from domains that keep them: nothing in the plan takes them from there.
  func obstaclesToMoves(_ changes: [Change]) -> [Diagnostic] {
    let changed = Set(changes.filter { $0.kind == .domain }.map(\.name))
    return domains.sorted { $0.key < $1.key }.flatMap { name, storage in
      storage.drives.compactMap { drive in
        guard let own = drive.own, let source = own.movedFrom, source != name,
          writers(of: own.path).contains(source), !changed.contains(source)
        else { return nil }
        return StorageMessages.stillAttached(drive.name, to: source, at: drive.span)
      }
    }
  }

  /// Volumes of the stack's that a domain no longer declares and another one names by its path: they stay.
  func warningsOfMoves() -> [Diagnostic] {
    domains.sorted { $0.key < $1.key }.flatMap { name, storage in
      storage.drives.flatMap { drive -> [Diagnostic] in
        guard case .inPlace(let base) = drive.content, drive.isWritable,
          let owned = live.storage.place(at: base.path)?.volume.owned, owned.stack == set.stack,
          owned.isDomains
        else { return [] }
        return writers(of: base.path).sorted()
          .filter { $0 != name && !declaredUsers(of: base.path).contains($0) }
          .map { StorageMessages.staysByPath(drive.name, of: name, from: $0, at: drive.span) }
      }
    }
  }
}
