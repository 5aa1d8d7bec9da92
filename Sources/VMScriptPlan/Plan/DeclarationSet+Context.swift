import VMScript

/// An address that is declared for an interface.
package struct FixedAddress: Sendable {
  /// The interface's own, where it declares none and was not made yet.
  package let mac: MACAddress
  package let ip: IPAddress
  /// The network whose DHCP server gives it.
  package let network: String?
  /// The interface's label or position.
  package let interface: String
}

extension DeclarationSet {
  /// What the XML of one declaration needs to know of the others and of the host.
  ///
  /// - Parameters:
  ///   - uuid: the live object's, which never changes; nil for what does not exist yet.
  ///   - hypervisor: the domain type that `auto` means, from ``HypervisorChoice``.
  package func context(for declaration: Declaration, uuid: String?, hypervisor: String)
    -> XMLContext
  {
    let declared: String? =
      if case .string(let text) = declaration.body["uuid"] { text.lowercased() } else { nil }
    let derived = Identity.uuid(stack: stack, kind: declaration.kind, name: declaration.name)
    var context = XMLContext(
      stack: stack, uuid: uuid ?? declared ?? derived,
      hypervisor: declaration.declaredHypervisor(on: hypervisor) ?? hypervisor)
    switch declaration.kind {
    case .image, .custom: break
    case .net: context.leases = leases(of: declaration.name)
    case .domain:
      for interface in declaration.interfaces(stack: stack) {
        context.macs[interface.key] = interface.mac
      }
    }
    return context
  }

  /// The fixed address that `ip` of a domain means: that of its first interface that has one.
  package func fixedAddress(of domain: String) -> FixedAddress? {
    declaration(.domain, domain)?.interfaces(stack: stack).lazy.compactMap { interface in
      guard case .ip(let address) = interface.address?.value else { return nil }
      return FixedAddress(
        mac: interface.mac, ip: address, network: interface.network,
        interface: interface.key)
    }.first
  }

  /// The networks that fixed addresses are declared on.
  var leasedNetworks: Set<String> {
    Set(
      declarations.filter { $0.kind == .domain }.flatMap { $0.interfaces(stack: stack) }
        .filter { $0.address != nil }.compactMap(\.network))
  }

  /// As declared; else running, but stopped for a domain that is cloned from.
  func wantedState(of declaration: Declaration) -> LiveDomain.State {
    if let declared = declaration.declaredState { return declared }
    let isClonedFrom = declarations.contains {
      if case .declared(declaration.name) = $0.source { true } else { false }
    }
    return isClonedFrom ? .stopped : .running
  }

  /// The fixed addresses that interfaces of the script's domains have on a network.
  private func leases(of network: String) -> [NetworkLease] {
    declarations.filter { $0.kind == .domain }.flatMap { domain in
      domain.interfaces(stack: stack).compactMap { interface in
        guard interface.network == network, case .ip(let address) = interface.address?.value
        else { return nil }
        return NetworkLease(mac: interface.mac, ip: address, name: domain.name)
      }
    }
  }
}
