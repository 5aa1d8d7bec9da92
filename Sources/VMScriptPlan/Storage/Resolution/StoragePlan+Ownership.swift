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
        guard drive.isWritable, let path = drive.base?.path else { return false }
        return bases.contains(path) || !live.storage.overlays(on: path).isEmpty
      }
    }
    return live.overlaidDomains.union(declared.keys)
  }

  /// By the name of a declared or live domain, what could not be read and may be an overlay on a disk
  /// that it writes to.
  var possiblyOverlaidDomains: [String: Set<String>] {
    domains.reduce(into: live.possiblyOverlaidDomains) { found, domain in
      for drive in domain.value.drives where drive.isWritable {
        guard let path = drive.base?.path else { continue }
        let unreadable = live.storage.possibleOverlays(on: path).map(\.volume)
          .filter { !$0.isMissing }.map(\.path)
        if !unreadable.isEmpty { found[domain.key, default: []].formUnion(unreadable) }
      }
    }
  }

  /// Why the content of an image stays on the host though the stack lets go of it; nil if it goes.
  ///
  /// - Parameter deleted: names of the domains that go with it.
  func reasonToKeep(image name: String, deleting deleted: Set<String>) -> String? {
    let goingNames = Set(deleted.compactMap { live.domains[$0]?.name })
    let reasons = volumes.volumes(ofImage: name).flatMap { place -> [String] in
      guard case .pin(let key, let nonce, _)? = place.volume.owned?.role,
        let base = live.storage.pools[place.pool]?.inventory.base(key: key, nonce: nonce)
      else { return [] }
      let overlays = volumes.staying(
        live.storage.overlays(on: base.path), after: deleted, named: goingNames)
      let unreadable = volumes.staying(
        live.storage.possibleOverlays(on: base.path), after: deleted, named: goingNames)
      let stacks = live.storage.pools[place.pool]?.inventory.stacks(pinning: key, nonce) ?? []
      let users = Set(live.storage.users(of: base.path)).subtracting(goingNames).sorted()
      return stacks.filter { $0 != set.stack }.map { "the stack `\($0)` uses it" }
        + users.map { "the domain `\($0)` uses it" }
        + overlays.map { "`\(StackVolumes.owner(of: $0.volume))` has an overlay on it" }
        + unreadable.map { "`\($0.volume.path)` could not be read and may be an overlay on it" }
    }
    return reasons.isEmpty ? nil : Set(reasons).sorted().joined(separator: "; ")
  }

  /// Owners of volumes that the stack made and that nothing declared or alive stands for: what a
  /// killed run left, and images that are no longer declared.
  package var leftovers: (domains: Set<String>, images: Set<String>) {
    let ownership = Ownership(set)
    let declared = set.declarations.map { ($0.kind, $0.name) }
    let alive = live.domains.filter { ownership.owns($0.value) }
      .map { (ResourceKind.domain, $0.key) }
    let unreadable = live.unreadable.filter { $0.kind == .domain }
      .map { (ResourceKind.domain, $0.name) }
    let known = (declared + alive + unreadable).reduce(into: [ResourceKind: Set<String>]()) {
      $0[$1.0, default: []].insert($1.1)
    }
    var result: (domains: Set<String>, images: Set<String>) = ([], [])
    for place in volumes.all {
      guard let owned = place.volume.owned else { continue }
      let refusal = live.storage.pools[place.pool]?.inventory.refusalToRemove(place.volume.name)
      switch owned.role {
      case .disk, .seed:
        // A declaration may use it that is not in effect yet.
        guard declaredUsers(of: place.volume.path).isEmpty else { continue }
        // One that a domain of others refers to is in use, whoever made it.
        if case .usedByDomain? = refusal { continue }
        guard known[.domain]?.contains(owned.ownerName) != true else { continue }
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
