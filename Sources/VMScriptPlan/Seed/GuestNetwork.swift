import VMScript

/// The network configuration of a guest, version 2, made from the interfaces of its domain.
///
/// Each interface is matched by its MAC address and named `eth0`, `eth1` and so on in the order of
/// the script. DHCP identifies it by the MAC address, so that clones never share a lease: their
/// machine-id may still be that of their source at the first boot.
enum GuestNetwork {
  /// Returns the configuration of a domain; nil without interfaces, and for a clone of the host's,
  /// whose interfaces the script does not show.
  static func configuration(of domain: Declaration, in set: DeclarationSet) -> CloudValue? {
    if case .host? = domain.source { return nil }
    let interfaces = domain.interfaces(stack: set.stack)
    guard !interfaces.isEmpty else { return nil }
    var hasWayOut = false
    let ethernets = interfaces.enumerated().map { position, interface in
      let net = interface.network.flatMap { set.declaration(.net, $0) }
      let entry = ethernet(interface, position, on: net, hasWayOut: &hasWayOut)
      return CloudValue.Entry("eth\(position)", .map(entry))
    }
    return .map([.init("version", .int(2)), .init("ethernets", .map(ethernets))])
  }

  /// Whether a value that the configuration depends on is not known yet.
  static func isUnknown(_ domain: Declaration) -> Bool {
    domain.body.blocks("nic").contains { nic in
      ["mac", "net", "ip"].contains { nic[$0]?.isUnknown ?? false }
    }
  }

  private static func ethernet(
    _ interface: DeclaredInterface, _ position: Int, on net: Declaration?, hasWayOut: inout Bool
  ) -> [CloudValue.Entry] {
    var entries: [CloudValue.Entry] = [
      .init("match", .map([.init("macaddress", .string(interface.mac.description))])),
      // Renderers without a match of their own find the interface by its name.
      .init("set-name", .string("eth\(position)")),
    ]
    let isIsolated = net?.body["mode"] == .string("isolated")
    if let address = StaticAddress(interface, on: net) {
      entries += address.entries(isWayOut: !isIsolated && !hasWayOut)
    } else {
      entries += [.init("dhcp4", .bool(true)), .init("dhcp-identifier", .string("mac"))]
    }
    if !isIsolated { hasWayOut = true }
    // A boot waits only for the first interface.
    if position > 0 { entries.append(.init("optional", .bool(true))) }
    return entries
  }
}

/// The address of an interface on a network without a DHCP range.
private struct StaticAddress {
  let address: IPAddress
  let subnet: Subnet
  let gateway: IPAddress
  let domain: String?

  /// - Returns: nil if the interface declares no address, or DHCP assigns it.
  init?(_ interface: DeclaredInterface, on net: Declaration?) {
    guard let net, case .ip(let address)? = interface.address?.value,
      net.body["dhcp"] == .bool(false), let subnet = net.subnet?.value
    else { return nil }
    gateway = if case .ip(let declared)? = net.body["gateway"] { declared } else { subnet.first }
    self.address = address
    self.subnet = subnet
    domain = net.body.block("dns")?["domain"]?.text
  }

  /// - Parameter isWayOut: whether the default route leads through the interface.
  func entries(isWayOut: Bool) -> [CloudValue.Entry] {
    var servers: [CloudValue.Entry] = [
      .init("addresses", .list([.string(gateway.description)]))
    ]
    if let domain { servers.append(.init("search", .list([.string(domain)]))) }
    var entries: [CloudValue.Entry] = [
      .init("addresses", .list([.string("\(address)/\(subnet.prefix)")])),
      .init("nameservers", .map(servers)),
    ]
    if isWayOut {
      let route: [CloudValue.Entry] = [
        .init("to", .string("0.0.0.0/0")), .init("via", .string(gateway.description)),
      ]
      entries.append(.init("routes", .list([.map(route)])))
    }
    return entries
  }
}
