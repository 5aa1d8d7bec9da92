import VMScript

/// Which change waits for which: networks and images before the domains on them, a clone's source
/// before the clone, and deletions the other way round.
struct ChangeOrder {
  let set: DeclarationSet
  let live: LiveState

  /// The changes with their dependencies filled in.
  func ordered(_ changes: [Change]) -> [Change] {
    let declarations = Dictionary(
      set.declarations.map { (Node(kind: $0.kind, name: $0.name), $0) }
    ) { first, _ in first }
    let positions = Dictionary(
      changes.filter { $0.action != .delete }.map { (Node(kind: $0.kind, name: $0.name), $0.id) }
    ) { first, _ in first }
    return changes.map { change in
      var change = change
      if change.action == .delete {
        change.dependencies = blockers(of: change, in: changes)
      } else if let declaration = declarations[Node(kind: change.kind, name: change.name)] {
        let needed = needs(of: declaration).compactMap { positions[$0] }
        let freed = declaration.kind == .net ? overlapped(by: declaration, in: changes) : []
        change.dependencies = Set(needed + freed).subtracting([change.id]).sorted()
      }
      return change
    }
  }

  private struct Node: Hashable {
    let kind: ResourceKind
    let name: String
  }

  private func needs(of declaration: Declaration) -> [Node] {
    let mentioned = declaration.mentions.flatMap { mention in
      mention.kinds.map { Node(kind: $0, name: mention.name) }
    }
    guard case .declared(let source) = declaration.source else { return mentioned }
    return mentioned + [Node(kind: .domain, name: source)]
  }

  /// Deletions of networks whose addresses a network is about to take.
  private func overlapped(by net: Declaration, in changes: [Change]) -> [Int] {
    guard let subnet = net.subnet?.value else { return [] }
    return changes.filter { change in
      change.action == .delete && change.kind == .net
        && live.networks[change.name]?.subnets.contains { $0.overlaps(subnet) } == true
    }.map(\.id)
  }

  /// What must be gone, or have let go, before something is deleted.
  private func blockers(of deletion: Change, in changes: [Change]) -> [Int] {
    changes.filter { other in
      guard other.kind == .domain, other.id != deletion.id,
        let domain = live.domains[other.name]
      else { return false }
      return switch deletion.kind {
      // An update may be the one that takes the guest off the network.
      case .net: domain.facts.networks.contains(deletion.name)
      case .image: true
      case .domain: other.action == .delete && domain.facts.owner?.source == deletion.name
      }
    }.map(\.id)
  }
}
