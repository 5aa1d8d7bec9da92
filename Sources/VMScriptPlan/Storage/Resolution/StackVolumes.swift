import VMScriptSyntax

/// The volumes of a stack on a host, by the domain or image that they belong to.
package struct StackVolumes: Sendable {
  package let stack: String
  package let storage: LiveStorage
  /// Every volume, by its owner's name as written in volume names.
  private let byOwner: [String: [LiveStorage.Place]]
  /// By domain, the disks that it has and that were made for another domain.
  private let moved: [String: [LiveStorage.Place]]
  /// By domain, the names that it had before and that no other domain has now.
  private let earlierNames: [String: [String]]

  /// - Parameter domains: the domains of the host, by the name that the stack knows.
  package init(stack: String, storage: LiveStorage, domains: [String: LiveDomain] = [:]) {
    self.stack = stack
    self.storage = storage
    let owned = storage.owned(by: stack)
    let names = Dictionary(domains.map { ($1.name, $0) }) { first, _ in first }
    let ownership = Ownership(stack: stack)
    earlierNames = Dictionary(
      uniqueKeysWithValues: domains.map { name, domain in
        (name, ownership.earlierNames(of: domain, named: name).filter { domains[$0] == nil })
      }
    ).filter { !$0.value.isEmpty }
    let takers = owned.map { Self.taker(of: $0.volume, storage, names) }
    byOwner = Dictionary(grouping: zip(owned, takers).filter { $1 == nil }.map(\.0)) {
      $0.volume.owned?.owner ?? ""
    }
    moved = Dictionary(grouping: zip(owned, takers).filter { $1 != nil }) { $1 ?? "" }
      .mapValues { $0.map(\.0) }
  }

  /// All volumes.
  package var all: [LiveStorage.Place] { (Array(byOwner.values) + moved.values).flatMap(\.self) }

  /// Returns the domain that has a disk or a seed which was made for another one; nil otherwise.
  private static func taker(
    of volume: VolumeInventory.Volume, _ storage: LiveStorage, _ names: [String: String]
  ) -> String? {
    guard let owned = volume.owned else { return nil }
    let found: [String]
    switch owned.role {
    case .disk: found = storage.writers(of: volume.path)
    case .seed: found = storage.domains(using: volume.path).filter { names[$0] != nil }
    case .image, .base, .pin, .unfinished, .protection: return nil
    }
    let users = found.map { names[$0] ?? $0 }
    return users.contains(where: owned.isOwned(by:)) ? nil : users.min()
  }

  /// Returns the volumes that the stack made for a domain or an image of this name.
  func owned(by name: String) -> [LiveStorage.Place] {
    if let owner = VolumeName.plainOwner(name) { return byOwner[owner] ?? [] }
    // A long name is shortened to fit the rest of each volume's name.
    return byOwner.values.flatMap(\.self).filter { $0.volume.owned?.isOwned(by: name) ?? false }
  }

  /// Returns the disks and seeds of a domain.
  package func volumes(ofDomain name: String) -> [LiveStorage.Place] {
    ([name] + (earlierNames[name] ?? [])).flatMap(owned)
      .filter { $0.volume.owned?.isDomains ?? false } + (moved[name] ?? [])
  }

  /// Returns the contents of an image, complete or not, and their pins.
  package func volumes(ofImage name: String) -> [LiveStorage.Place] {
    owned(by: name).filter { place in
      guard case .protection? = place.volume.owned?.role else {
        return !(place.volume.owned?.isDomains ?? true)
      }
      return false
    }
  }

  /// Returns the overlays on the disks of a domain.
  func overlays(onDomain name: String) -> [LiveStorage.Place] {
    volumes(ofDomain: name).flatMap { storage.overlays(on: $0.volume.path) }
  }

  /// Returns the domain that a volume belongs to, else the volume's own name.
  package static func owner(of volume: VolumeInventory.Volume) -> String {
    volume.owned?.ownerName ?? volume.name
  }

  /// Whether the stack made a volume for one of these domains.
  package func isOwned(_ volume: VolumeInventory.Volume, byOneOf names: Set<String>) -> Bool {
    guard let owned = volume.owned, owned.stack == stack, owned.isDomains else { return false }
    return names.contains(owned.ownerName) || names.contains { owned.isOwned(by: $0) }
  }

  /// Returns the overlays that remain when domains are deleted. An overlay that only these domains
  /// use, such as an external snapshot elsewhere, has no use without them.
  package func staying(
    _ overlays: [LiveStorage.Place], after going: Set<String>, named names: Set<String>
  ) -> [LiveStorage.Place] {
    overlays.filter { place in
      let users = storage.users(of: place.volume.path)
      return !isOwned(place.volume, byOneOf: going)
        && (users.isEmpty || !names.isSuperset(of: users))
    }
  }

  /// Returns the files that a deletion of domains leaves behind: overlays on their disks that
  /// others made, such as external snapshots, and that only these domains use.
  ///
  /// - Parameters:
  ///   - names: all domains that are deleted together.
  ///   - domains: the domains of the host, by name.
  package func leftOverlays(
    after names: [String], of domains: [String: LiveDomain]
  ) -> [(domain: String, paths: [String])] {
    let going = Set(names)
    let goingNames = Set(names.compactMap { domains[$0]?.name })
    return names.compactMap { name in
      var found: [String] = []
      var next = overlays(onDomain: name)
      while let overlay = next.popLast() {
        let path = overlay.volume.path
        guard !found.contains(path), !overlay.volume.isMissing,
          !isOwned(overlay.volume, byOneOf: going),
          staying([overlay], after: going, named: goingNames).isEmpty
        else { continue }
        found.append(path)
        next += storage.overlays(on: path)
      }
      return found.isEmpty ? nil : (name, found.sorted())
    }
  }

  /// Returns the errors that prevent the deletion of domains: their disks back, or may back,
  /// overlays that remain; another domain uses a disk; or one of their own disks would be left
  /// behind.
  ///
  /// - Parameters:
  ///   - names: all domains that are deleted together.
  ///   - domains: the domains of the host, by name.
  ///   - span: the statement that deletes them; nil if they are no longer declared.
  package func refusals(
    toDelete names: [String], of domains: [String: LiveDomain], at span: Span? = nil
  ) -> [Diagnostic] {
    let going = Set(names)
    let goingNames = Set(names.compactMap { domains[$0]?.name })
    let unreachable = names.compactMap { name in
      domains[name].flatMap { outOfReach($0) }
    }
    let unreadable = names.compactMap { name in
      domains[name] == nil
        ? storage.unreadable.first(of: .domain, name, stack: stack)
          .map { PlanMessages.unreadable($0, cannot: "be deleted", at: span) } : nil
    }
    return unreachable + unreadable
      + names.compactMap { name in
        let staying = staying(overlays(onDomain: name), after: going, named: goingNames)
        guard staying.isEmpty else {
          return PlanMessages.deletionOfOverlaid(
            name, by: staying.map { Self.owner(of: $0.volume) }, at: span)
        }
        let own = volumes(ofDomain: name).map(\.volume.path)
        let unreadable = self.staying(
          own.flatMap { storage.possibleOverlays(on: $0) }, after: going, named: goingNames
        ).map(\.volume)
        guard unreadable.isEmpty else {
          return StorageMessages.possiblyOverlaid(
            "the domain `\(name)` cannot be deleted", by: unreadable, at: span)
        }
        let users = Set(own.flatMap { storage.domains(using: $0) }).subtracting(goingNames)
        // A missing domain's volume that another domain has taken over is not removed.
        guard users.isEmpty || domains[name] == nil else {
          return StorageMessages.sharedDisk(
            of: name, users.sorted().map(storage.use), at: span)
        }
        return nil
      }
  }

  private func outOfReach(_ domain: LiveDomain) -> Diagnostic? {
    // A volume that is missing from an active pool no longer exists.
    let paths = domain.facts.disks.compactMap(\.path).filter { path in
      guard let slash = path.lastIndex(of: "/"),
        let owned = VolumeName(parsing: String(path[path.index(after: slash)...])),
        owned.stack == stack, owned.isDomains, owned.isOwned(by: domain.name)
      else { return false }
      return !storage.pools.values.contains { $0.path == path[..<slash] }
    }
    guard !paths.isEmpty else { return nil }
    return PlanMessages.volumesOutOfReach(
      domain.name, paths, inactivePools: storage.inactivePools)
  }

  /// Returns the domain that has a volume, whichever it was made for; else the one it was made for.
  private func holder(of place: LiveStorage.Place) -> String {
    let path = place.volume.path
    return moved.first { $0.value.contains { $0.volume.path == path } }?.key
      ?? Self.owner(of: place.volume)
  }

  /// Returns the names ordered so that a domain comes after those whose overlays its disks back.
  package func clonesFirst(_ names: [String]) -> [String] {
    var rest = names
    var ordered: [String] = []
    while !rest.isEmpty {
      let bases = Set(rest)
      let free = rest.filter { name in
        !overlays(onDomain: name).contains { place in
          let owner = holder(of: place)
          return owner != name && bases.contains(owner)
        }
      }
      // Backing files have no cycles. In a cycle, any order is valid.
      ordered += free.isEmpty ? rest : free
      rest.removeAll { free.isEmpty || free.contains($0) }
    }
    return ordered
  }
}
