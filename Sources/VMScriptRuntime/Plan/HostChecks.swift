import VMScript
import VMScriptSyntax

/// What a script alone cannot know: whether its declarations fit the host they are meant for.
struct HostChecks {
  let set: DeclarationSet
  let live: LiveState
  /// Whether what is no longer declared goes, and so is in nobody's way.
  let prune: Bool

  /// Every error, in the order of the declarations.
  func diagnostics() -> [Diagnostic] {
    set.declarations.flatMap { declaration in
      switch declaration.kind {
      case .image: [Diagnostic]()
      case .net: overlaps(of: declaration)
      case .domain:
        collisions(of: declaration) + fixedAddresses(of: declaration) + source(of: declaration)
      }
    }
  }

  private var ownership: Ownership { Ownership(stack: set.stack) }

  private func isDeclared(_ kind: ResourceKind, _ name: String) -> Bool {
    set.declarations.contains { $0.kind == kind && $0.name == name }
  }

  private func overlaps(of net: Declaration) -> [Diagnostic] {
    guard let subnet = net.subnet else { return [] }
    return live.networks.values.sorted { $0.name < $1.name }.flatMap { network in
      guard !isDeclared(.net, network.name), !(prune && ownership.owns(network)) else {
        return [Diagnostic]()
      }
      return network.subnets.filter { $0.overlaps(subnet.value) }.map {
        PlanMessages.overlappingSubnet(
          subnet.value, with: $0, of: network.name, at: subnet.span)
      }
    }
  }

  private func collisions(of domain: Declaration) -> [Diagnostic] {
    let others = live.domains.values.sorted { $0.name < $1.name }.filter {
      !isDeclared(.domain, $0.name) && !(prune && ownership.owns($0))
    }
    return domain.interfaces(stack: set.stack).flatMap { interface in
      others.filter { $0.facts.macs.contains(interface.mac) }.map {
        PlanMessages.takenMAC(interface.mac, by: $0.name, at: interface.span)
      }
    }
  }

  private func fixedAddresses(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).compactMap { interface in
      guard let address = interface.address, let network = interface.network,
        !isDeclared(.net, network)
      else { return nil }
      return PlanMessages.fixedAddressOnForeignNetwork(network, at: address.span)
    }
  }

  /// A source matters only as long as its clone does not exist.
  private func source(of clone: Declaration) -> [Diagnostic] {
    guard let name = clone.sourceName, live.domains[clone.name] == nil else { return [] }
    let span = clone.sourceSpan ?? clone.span
    if case .declared = clone.source,
      let source = set.declarations.first(where: { $0.kind == .domain && $0.name == name }),
      case .host(let original) = source.source
    {
      return [PlanMessages.cloneOfHostClone(name, of: original, at: span)]
    }
    if let source = live.domains[name] {
      guard source.state != .stopped, source.state != .crashed else { return [] }
      return [PlanMessages.activeSource(name, state: source.state.rawValue, at: span)]
    }
    if case .host = clone.source { return [PlanMessages.missingSource(name, at: span)] }
    return []
  }
}
