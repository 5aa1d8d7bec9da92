import VMScript

/// The selection of undeclared resources of a stack that are deleted.
package enum Pruning: Sendable {
  case nothing
  case everything
  /// Deletes only the resources that a change has to wait for, such as the machine whose address
  /// another one takes over. The closure returns all resources that the script declares, or nil if
  /// that is unknown yet; then every deletion waits for the end of the script.
  case whatIsInTheWay(declaredInTheEnd: @Sendable () async -> Set<ResourceKey>?)

  /// Returns the resources that may be deleted among those not declared so far.
  package func candidates(among undeclared: [ResourceKey]) async -> Set<ResourceKey> {
    switch self {
    case .nothing: []
    case .everything: Set(undeclared)
    case .whatIsInTheWay(let declaredInTheEnd):
      undeclared.isEmpty
        ? [] : await declaredInTheEnd().map { Set(undeclared).subtracting($0) } ?? []
    }
  }
}

extension Plan {
  /// The deletions that other changes wait for, and the deletions that these wait for.
  var deletionsInTheWay: Set<ResourceKey> {
    let byID = Dictionary(uniqueKeysWithValues: changes.map { ($0.id, $0) })
    var found: Set<ResourceKey> = []
    var open = changes.filter { $0.action != .delete }.flatMap(\.dependencies)
    while let id = open.popLast() {
      guard let change = byID[id], change.action == .delete, found.insert(change.key).inserted
      else { continue }
      open += change.dependencies
    }
    return found
  }
}

extension LiveState {
  /// Returns the resources that a stack owns and a script does not declare: domains before
  /// networks and images.
  package func undeclared(in set: DeclarationSet) -> [ResourceKey] {
    let ownership = Ownership(set)
    let declared = Set(set.declarations.map(\.key))
    func unreadable(_ kind: UnreadableObject.Kind) -> [String] {
      self.unreadable.filter { $0.kind == kind && $0.isMade(by: set.stack, as: $0.name) }
        .map(\.name)
    }
    let domains =
      domains.filter { ownership.owns($0.value) }.map(\.key) + leftoverDomains
      + unreadable(.domain)
    let networks =
      networks.values.filter(ownership.owns).map(\.name) + leftoverNetworks + unreadable(.network)
    // A domain that another statement may declare under its new name.
    let moved = Set(set.moves.map { ResourceKey(kind: .domain, name: $0.old) })
    return [(ResourceKind.domain, domains), (.net, networks), (.image, Array(images))]
      .flatMap { kind, names in names.sorted().map { ResourceKey(kind: kind, name: $0) } }
      .filter { !declared.contains($0) && !moved.contains($0) }
  }
}

/// Determines the domains whose deletion loses data: a disk that the stack made, firmware
/// variables, a TPM, a saved state or a snapshot.
package struct DeletionLoss: Sendable {
  package let host: any HostReader
  package let volumes: StackVolumes

  package init(host: any HostReader, volumes: StackVolumes) {
    self.host = host
    self.volumes = volumes
  }

  /// Returns the domains whose deletion loses no data.
  package func dataless(
    among names: [String], of domains: [String: LiveDomain]
  ) async throws -> Set<String> {
    let candidates = names.filter { name in
      guard let domain = domains[name], !domain.hasSavedState, !domain.facts.hasFirmwareState else {
        return false
      }
      // A seed can be made from the script again.
      return !volumes.volumes(ofDomain: name).contains {
        if case .disk = $0.volume.owned?.role { true } else { false }
      }
    }
    guard !candidates.isEmpty else { return [] }
    let uuids = candidates.compactMap { domains[$0]?.uuid }
    let kept = try await host.withoutSnapshots(uuids)
    return Set(candidates.filter { domains[$0].map { kept.contains($0.uuid) } ?? false })
  }
}
