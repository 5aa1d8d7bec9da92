import VMScript
import VMScriptSyntax

/// Checks that the declarations fit their host, which a script alone cannot know.
struct HostChecks {
  private let set: DeclarationSet
  private let live: LiveState
  private let declared: Set<ResourceKey>
  /// The objects of the host that are neither declared nor deleted, by name.
  private let otherDomains: [LiveDomain]
  private let otherNetworks: [LiveNetwork]

  /// - Parameter isPruned: whether an undeclared resource is deleted and so does not conflict.
  init(set: DeclarationSet, live: LiveState, isPruned: (ResourceKey) -> Bool) {
    let declared = Set(set.declarations.map(\.key))
    let ownership = Ownership(set)
    self.set = set
    self.live = live
    self.declared = declared
    func stays(_ kind: ResourceKind, _ name: String, isOwned: Bool) -> Bool {
      let key = ResourceKey(kind: kind, name: name)
      return !declared.contains(key) && !(isOwned && isPruned(key))
    }
    otherDomains = live.domains.filter {
      stays(.domain, $0.key, isOwned: ownership.owns($0.value))
    }.values.sorted { $0.name < $1.name }
    otherNetworks = live.networks.values.filter {
      stays(.net, $0.name, isOwned: ownership.owns($0))
    }.sorted { $0.name < $1.name }
  }

  /// Returns every error, in the order of the declarations.
  func diagnostics() -> [Diagnostic] {
    set.declarations.flatMap { declaration in
      switch declaration.kind {
      case .image, .custom: [Diagnostic]()
      case .net:
        overlaps(of: declaration) + bridge(of: declaration) + versions(of: declaration.body)
      case .domain:
        versions(of: declaration.body) + collisions(of: declaration) + networks(of: declaration)
          + fixedAddresses(of: declaration)
          + leases(of: declaration) + source(of: declaration)
      }
    }
  }

  /// Checks that the host's libvirt has every declared property.
  private func versions(of block: DeclaredBlock) -> [Diagnostic] {
    guard let version = live.version else { return [] }
    let tooNew = block.properties.compactMap { property in
      property.schema.since.flatMap { since in
        since <= version
          ? nil : PlanMessages.libvirtTooOld(property, of: block.schema.name, since, version)
      }
    }
    return tooNew + block.blocks.flatMap(versions)
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

  /// Checks that each bridge belongs to one network.
  private func bridge(of net: Declaration) -> [Diagnostic] {
    guard let bridge = net.body.property("bridge"), case .string(let name) = bridge.value,
      !["bridge", "macvtap"].contains(net.body["mode"]?.description ?? "nat")
    else { return [] }
    let others =
      otherNetworks.filter { $0.ownBridge == name }.map(\.name)
      + unreadable(.network, naming: name)
    return others.map { PlanMessages.takenBridge(name, by: $0, at: bridge.span) }
  }

  /// Checks that a domain's undeclared networks exist and are active.
  private func networks(of domain: Declaration) -> [Diagnostic] {
    let known = Set(otherNetworks.map(\.name))
    let runs = live.domains[domain.name]?.running != nil
    return domain.interfaces(stack: set.stack).compactMap { interface in
      guard let name = interface.network, !declared.contains(ResourceKey(kind: .net, name: name))
      else { return nil }
      guard live.unreadable.first(of: .network, name, stack: set.stack) == nil else { return nil }
      guard known.contains(name), let network = live.networks[name] else {
        let names = known.union(declared.filter { $0.kind == .net }.map(\.name))
        return PlanMessages.missingNetwork(
          name, near: closest(to: name, among: names.sorted()), at: interface.networkSpan)
      }
      guard !network.isActive, !runs, set.wantedState(of: domain) == .running else { return nil }
      return PlanMessages.inactiveNetwork(name, at: interface.networkSpan)
    }
  }

  /// Warns about declared addresses that the guest does not have yet.
  private func leases(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).compactMap { interface in
      guard let declared = interface.address, case .ip(let address) = declared.value,
        let network = interface.network, let leases = live.networks[network]?.leases
      else { return nil }
      let macs = live.domains[domain.name]?.facts.macs ?? []
      if let other = leases.first(where: { $0.ip == address && $0.mac != interface.mac }) {
        let holder = live.domains.values.first { $0.facts.macs.contains(other.mac) }?.name
        return PlanMessages.leasedToOther(address, other, holder, domain.name, at: declared.span)
      }
      guard live.domains[domain.name]?.running != nil, macs.contains(interface.mac),
        let own = leases.first(where: { $0.mac == interface.mac }), own.ip != address,
        !leases.contains(where: { $0.mac == interface.mac && $0.ip == address })
      else { return nil }
      return PlanMessages.earlierLease(domain.name, own, address, at: declared.span)
    }
  }

  private func collisions(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).flatMap { interface in
      let others =
        otherDomains.filter { $0.facts.macs.contains(interface.mac) }.map(\.name)
        + unreadable(.domain, naming: interface.mac.description)
      return others.map { PlanMessages.takenMAC(interface.mac, by: $0, at: interface.span) }
    }
  }

  /// Returns the names of undeclared objects with unreadable documents that contain a text.
  private func unreadable(_ kind: UnreadableObject.Kind, naming text: String) -> [String] {
    live.unreadable.filter { object in
      object.kind == kind && object.values?.contains(text) == true
        && !set.declarations.contains { live.unreadable($0, of: set.stack) == object }
    }.map(\.name)
  }

  private func fixedAddresses(of domain: Declaration) -> [Diagnostic] {
    domain.interfaces(stack: set.stack).compactMap { interface in
      guard let address = interface.address, let network = interface.network,
        !declared.contains(ResourceKey(kind: .net, name: network))
      else { return nil }
      return PlanMessages.fixedAddressOnForeignNetwork(network, at: address.span)
    }
  }

  /// Checks the source of a clone that does not exist yet.
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
    if let object = live.unreadable.first(of: .domain, name, stack: set.stack) {
      return [PlanMessages.unreadable(object, cannot: "be cloned", at: span)]
    }
    if case .host = clone.source { return [PlanMessages.missingSource(name, at: span)] }
    return []
  }
}
