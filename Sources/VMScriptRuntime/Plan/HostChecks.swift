import VMScript
import VMScriptSyntax

/// What a script alone cannot know: whether its declarations fit the host they are meant for.
struct HostChecks {
  private let set: DeclarationSet
  private let live: LiveState
  private let declared: Set<ResourceKey>
  /// What the host has beside what is declared and what goes, by name.
  private let otherDomains: [LiveDomain]
  private let otherNetworks: [LiveNetwork]

  /// - Parameter prune: whether what is no longer declared goes, and so is in nobody's way.
  init(set: DeclarationSet, live: LiveState, prune: Bool) {
    let declared = Set(set.declarations.map(\.key))
    let ownership = Ownership(set)
    self.set = set
    self.live = live
    self.declared = declared
    otherDomains = live.domains.filter { name, domain in
      !declared.contains(ResourceKey(kind: .domain, name: name))
        && !(prune && ownership.owns(domain))
    }.values.sorted { $0.name < $1.name }
    otherNetworks = live.networks.values.filter {
      !declared.contains(ResourceKey(kind: .net, name: $0.name)) && !(prune && ownership.owns($0))
    }.sorted { $0.name < $1.name }
  }

  /// Every error, in the order of the declarations.
  func diagnostics() -> [Diagnostic] {
    set.declarations.flatMap { declaration in
      switch declaration.kind {
      case .image, .custom: [Diagnostic]()
      case .net: overlaps(of: declaration)
      case .domain:
        collisions(of: declaration) + fixedAddresses(of: declaration) + source(of: declaration)
      }
    }
  }

  private func overlaps(of net: Declaration) -> [Diagnostic] {
    guard let subnet = net.subnet else { return [] }
    return otherNetworks.flatMap { network in
      network.subnets.filter { $0.overlaps(subnet.value) }.map {
        PlanMessages.overlappingSubnet(
          subnet.value, with: $0, of: network.name, at: subnet.span)
      }
    }
  }

  private func collisions(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).flatMap { interface in
      otherDomains.filter { $0.facts.macs.contains(interface.mac) }.map {
        PlanMessages.takenMAC(interface.mac, by: $0.name, at: interface.span)
      }
    }
  }

  private func fixedAddresses(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).compactMap { interface in
      guard let address = interface.address, let network = interface.network,
        !declared.contains(ResourceKey(kind: .net, name: network))
      else { return nil }
      return PlanMessages.fixedAddressOnForeignNetwork(network, at: address.span)
    }
  }

  /// A source matters only as long as its clone does not exist.
  private func source(of clone: Declaration) -> [Diagnostic] {
    guard let name = clone.sourceName, live.domains[clone.name] == nil else { return [] }
    let span = clone.sourceSpan ?? clone.span
    if case .declared = clone.source,
      let source = set.declaration(.domain, name),
      case .host(let original) = source.source
    {
      return [PlanMessages.cloneOfHostClone(name, of: original, at: span)]
    }
    if let source = live.domains[name] {
      guard source.running != nil || source.hasSavedState || !source.state.isOff else { return [] }
      return [PlanMessages.activeSource(source, at: span)]
    }
    if case .host = clone.source { return [PlanMessages.missingSource(name, at: span)] }
    return []
  }
}
