import VMScript

/// Which change waits for which: networks and images before the domains on them, a clone's source
/// before the clone, and deletions the other way round.
struct ChangeOrder {
  package let set: DeclarationSet
  package let live: LiveState
  private let bases: [ResourceKey: Set<ResourceKey>]

  init(set: DeclarationSet, live: LiveState) {
    self.set = set
    self.live = live
    bases = Self.bases(set.stack, live.storage)
  }

  /// The changes with their dependencies filled in.
  func ordered(_ changes: [Change]) -> [Change] {
    let declarations = Dictionary(
      set.declarations.map { ($0.key, $0) }
    ) { first, _ in first }
    let positions = Dictionary(
      changes.filter { $0.action != .delete }.map { ($0.key, $0.id) }
    ) { first, _ in first }
    let late = Set(
      changes.filter { change in
        change.action != .delete && change.kind == .net
          && declarations[change.key].map { !overlapped(by: $0, in: changes).isEmpty } ?? false
      }.map(\.key))
    func movesLate(_ change: Change) -> Bool {
      declarations[change.key].map { needs(of: $0).contains(where: late.contains) } ?? false
    }
    return changes.map { change in
      var change = change
      if change.action == .delete {
        change.dependencies = blockers(of: change, in: changes, except: movesLate)
      } else if let declaration = declarations[change.key] {
        let needed = needs(of: declaration).compactMap { positions[$0] }
        let freed =
          declaration.kind == .net
          ? overlapped(by: declaration, in: changes) : succeeded(by: declaration, in: changes)
        change.dependencies = Set(needed + freed).subtracting([change.id]).sorted()
      }
      return change
    }
  }

  private func needs(of declaration: Declaration) -> [ResourceKey] {
    let mentioned = declaration.mentions.flatMap { mention in
      mention.kinds.map { ResourceKey(kind: $0, name: mention.name) }
    }
    guard case .declared(let source) = declaration.source else { return mentioned }
    return mentioned + [ResourceKey(kind: .domain, name: source)]
  }

  /// Deletions of networks whose addresses a network is about to take.
  private func overlapped(by net: Declaration, in changes: [Change]) -> [Int] {
    guard let subnet = net.subnet?.value else { return [] }
    return changes.filter { change in
      change.action == .delete && change.kind == .net
        && live.networks[change.name]?.subnets.contains { $0.overlaps(subnet) } == true
    }.map(\.id)
  }

  /// Deletions of domains whose fixed or MAC address a domain takes over: two with one address would
  /// disturb each other, and the DHCP server gives it to the one that came first.
  private func succeeded(by domain: Declaration, in changes: [Change]) -> [Int] {
    let interfaces = domain.interfaces(stack: set.stack)
    return changes.filter { change in
      guard change.action == .delete, change.kind == .domain, change.name != domain.sourceName,
        let macs = live.domains[change.name]?.facts.macs
      else { return false }
      return interfaces.contains { interface in
        guard !macs.contains(interface.mac) else { return true }
        guard case .ip(let address) = interface.address?.value,
          let network = interface.network.flatMap({ live.networks[$0] })
        else { return false }
        return network.entries.contains { $0.ip == address && macs.contains($0.mac) }
      }
    }.map(\.id)
  }

  /// What must be gone, or have let go, before something is deleted.
  ///
  /// - Parameter movesLate: whether a machine moves to a network that itself waits for a deletion: such
  ///   a machine is unplugged meanwhile.
  private func blockers(
    of deletion: Change, in changes: [Change], except movesLate: (Change) -> Bool
  ) -> [Int] {
    changes.filter { other in
      guard other.id != deletion.id else { return false }
      if other.action == .delete,
        bases[other.key]?.contains(deletion.key) == true
      {
        return true
      }
      guard other.kind == .domain else { return false }
      let facts = live.domains[other.name]?.facts
      return switch deletion.kind {
      // An update may be the one that takes the guest off the network, or off the image.
      case .net: facts?.networks.contains(deletion.name) ?? false && !movesLate(other)
      case .image: other.action != .create
      case .domain: other.action == .delete && facts?.owner?.source == deletion.name
      case .custom: false
      }
    }.map(\.id)
  }

  /// By a domain or image of the stack, those whose volumes its own volumes are overlays on.
  private static func bases(
    _ stack: String, _ storage: LiveStorage
  ) -> [ResourceKey: Set<ResourceKey>] {
    var bases: [ResourceKey: Set<ResourceKey>] = [:]
    for place in storage.owned(by: stack) {
      guard let owner = place.volume.owned,
        // An order that is not known matters only to deletions, which are refused then.
        let path = place.volume.backing.shown,
        let base = storage.place(at: path)?.volume.owned, base.stack == stack
      else { continue }
      bases[ResourceKey(owner), default: []].insert(ResourceKey(base))
    }
    return bases
  }
}

extension ResourceKey {
  /// What a volume is for.
  fileprivate init(_ volume: VolumeName) {
    self.init(kind: volume.isDomains ? .domain : .image, name: volume.ownerName)
  }
}
