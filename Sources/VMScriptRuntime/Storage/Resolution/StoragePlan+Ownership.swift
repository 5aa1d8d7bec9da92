import VMScript
import VMScriptSyntax

extension StoragePlan {
  /// Names of the declared or live domains that overlays stand on, or will once the plan is applied.
  var overlaidDomains: Set<String> {
    let disks = domains.values.flatMap(\.drives).compactMap { drive in
      if case .overlay(let base)? = drive.own?.origin { base.path } else { nil }
    }
    let empty = images.values.compactMap { image in
      if case .blank(_, let backing) = image.content { backing?.path } else { nil }
    }
    let bases = Set(disks + empty)
    let declared = domains.filter { _, storage in
      storage.drives.contains { drive in
        drive.isWritable && drive.base.map { bases.contains($0.path) } ?? false
      }
    }
    return live.overlaidDomains.union(declared.keys)
  }

  /// Owners of volumes that the stack made and that nothing declared or alive stands for: what a
  /// killed run left, and images that are no longer declared.
  var leftovers: (domains: Set<String>, images: Set<String>) {
    let ownership = Ownership(stack: set.stack)
    let declared = set.declarations.map { ($0.kind, $0.name) }
    let alive = live.domains.values.filter(ownership.owns).map { (ResourceKind.domain, $0.name) }
    let known = (declared + alive).reduce(into: [ResourceKind: Set<String>]()) {
      $0[$1.0, default: []].insert($1.1)
    }
    var result: (domains: Set<String>, images: Set<String>) = ([], [])
    for place in volumes.all {
      guard let owned = place.volume.owned else { continue }
      let refusal = live.storage.pools[place.pool]?.inventory.refusalToRemove(place.volume.name)
      switch owned.role {
      case .disk, .seed:
        // One that a domain of others refers to is in use, whoever made it.
        guard refusal != .usedByDomain, known[.domain]?.contains(owned.ownerName) != true else {
          continue
        }
        result.domains.insert(owned.ownerName)
      case .image, .pin, .base:
        if case .base = owned.role, refusal != nil { continue }
        guard known[.image]?.contains(owned.ownerName) != true else { continue }
        result.images.insert(owned.ownerName)
      }
    }
    return result
  }
}
