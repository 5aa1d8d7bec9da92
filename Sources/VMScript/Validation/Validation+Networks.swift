import VMScriptSyntax

/// The addresses, names and bridges on networks that a pass has found.
struct ValidatedNetworks {
  /// The addresses of DHCP entries by network, unique within each.
  var addresses: [String: [IPAddress: Span]] = [:]
  var entryMACs: [String: [MACAddress: Span]] = [:]
  var entryNames: [String: [String: Span]] = [:]
  var subnets: [(subnet: Subnet, span: Span)] = []
  var ipv6Subnets: [(subnet: IPv6Subnet, span: Span)] = []
  var bridges: [String: Span] = [:]
  /// The networks that interfaces name but the script does not declare.
  var undeclared: [(name: String, span: Span)] = []
}

/// The connection of a network to the outside, which determines its valid entries.
struct NetworkMode {
  let name: String
  /// Whether the mode is not known yet, or failed to evaluate.
  let isUnknown: Bool

  init(_ body: DeclaredBlock) {
    name = body["mode"]?.description ?? "nat"
    isUnknown = body["mode"]?.isUnknown ?? false
  }

  /// The modes in which libvirt runs its own bridge, with addresses, DHCP and DNS.
  private static let ownBridge: Set<String> = ["nat", "isolated", "route", "open"]
  /// The valid modes of each property or block; entries that are not listed are valid in all modes.
  private static let modes: [String: Set<String>] = {
    let own = ["subnet", "gateway", "dhcp", "host", "route", "ipv6", "dns", "mtu"]
    return Dictionary(uniqueKeysWithValues: own.map { ($0, ownBridge) }).merging([
      "dev": ["nat", "route", "macvtap"], "bridge": ownBridge.union(["bridge"]),
      "vlan": ["bridge"], "bandwidth": ownBridge.union(["bridge"]),
    ]) { $1 }
  }()

  var hasOwnBridge: Bool { Self.ownBridge.contains(name) }

  func takes(_ entry: String) -> Bool { Self.modes[entry]?.contains(name) ?? true }

  /// The entries of which the network requires one; empty if it requires none.
  var needed: [String] {
    switch name {
    case "bridge": ["bridge"]
    case "macvtap": ["dev"]
    case "nat", "route", "open": ["subnet", "ipv6"]
    default: []
    }
  }
}

// Networks: each separately, the interfaces on them, and their subnets together.
extension ValidationPass {
  mutating func network(_ net: Declaration) {
    let body = net.body
    fitMode(net)
    for host in body.blocks("host") { entry(host, of: net) }
    ipv6(body)
    if let bridge = body.property("bridge"), NetworkMode(body).hasOwnBridge,
      case .string(let name) = bridge.value
    {
      if let first = networks.bridges[name] {
        diagnostics.append(ValidationMessages.sameBridge(name, bridge.span, first: first))
      }
      networks.bridges[name] = networks.bridges[name] ?? bridge.span
    }
    guard let row = body.property("subnet"), case .cidr(let subnet) = row.value else { return }
    guard fits(subnet, row, in: body) else { return }
    networks.subnets.append((subnet, row.span))
    if let gateway = body.property("gateway") {
      require(gateway, in: subnet, gateway: nil, row)
      refuseEnds(gateway, of: subnet, gateway: nil, row)
    }
    for host in body.blocks("host") {
      guard let address = host.property("ip") else { continue }
      require(address, in: subnet, gateway: subnet.gateway(of: net), row)
      refuseReserved(address, of: net, subnet, row)
    }
    for route in body.blocks("route") {
      guard let via = route.property("via") else { continue }
      require(via, in: subnet, gateway: subnet.gateway(of: net), row)
      refuseReserved(via, of: net, subnet, row)
    }
    range(net, subnet, row)
  }

  /// Checks the entries against the mode: those that it does not allow, and those that it requires.
  private mutating func fitMode(_ net: Declaration) {
    let (body, mode) = (net.body, NetworkMode(net.body))
    guard !mode.isUnknown else { return }
    let entries =
      body.properties.map { ($0.schema.name, $0.span, $0.value) }
      + body.blocks.map { ($0.schema.name, $0.span, Value.none) }
    for (name, span, value) in entries where !mode.takes(name) && !value.isUnknown {
      if case .bool(false) = value { continue }
      diagnostics.append(ValidationMessages.notInMode(name, mode.name, at: span))
    }
    // An entry that failed to evaluate is missing here too.
    guard isComplete else { return }
    let given = Set(entries.map(\.0))
    if !mode.needed.isEmpty, given.isDisjoint(with: mode.needed) {
      diagnostics.append(
        ValidationMessages.mode(mode.name, needs: mode.needed[0], at: net.nameSpan))
    }
    guard mode.hasOwnBridge, !given.contains("subnet") else { return }
    for (name, span, value) in entries where ["gateway", "dhcp", "host", "route"].contains(name) {
      if case .bool = value { continue }
      diagnostics.append(ValidationMessages.needsSubnet(name, at: span))
    }
  }

  /// Checks an entry of the DHCP server: its address, MAC address and name must be unique.
  private mutating func entry(_ host: DeclaredBlock, of net: Declaration) {
    refuseGroupAddress(host)
    if let address = host.property("ip") { claim(address, on: net.name) }
    if let mac = host.property("mac"), case .mac(let address) = mac.value {
      claimEntry(address, mac.span, on: net.name)
    }
    guard let label = host.label else { return }
    let name = label.lowercased()
    if let first = networks.entryNames[net.name]?[name] {
      diagnostics.append(ValidationMessages.sameEntry("name `\(label)`", host.span, first: first))
    } else {
      networks.entryNames[net.name, default: [:]][name] = host.span
    }
  }

  /// Checks an interface of a domain: its network, and the DHCP server for its fixed address.
  mutating func interface(_ nic: DeclaredBlock, key: String, of domain: Declaration) {
    let net = nic.property("net")
    if let net, let name = net.value.resourceName,
      declared[ResourceKey(kind: .net, name: name)] == nil
    {
      networks.undeclared.append((name, net.span))
    }
    tags(nic, on: net?.value.resourceName.flatMap { declared[ResourceKey(kind: .net, name: $0)] })
    guard let address = nic.property("ip"), !address.value.isUnknown else { return }
    guard let net else {
      // Only the host knows the networks of a domain on the host.
      let places = Combination.alternatives(of: nic.schema.name)
      if places.contains(where: { nic[$0] != nil }) || !(domain.source?.isHost ?? false) {
        diagnostics.append(
          ValidationMessages.addressWithoutServer(
            address, because: "the interface is not on a network of libvirt", at: nil))
      }
      return
    }
    guard let name = net.value.resourceName else { return }
    claim(address, on: name)
    refuseSecondEntry(nic, key, address, of: domain, on: name)
    guard let net = declared[ResourceKey(kind: .net, name: name)] else { return }
    if let (reason, span) = noDHCP(net) {
      diagnostics.append(
        ValidationMessages.addressWithoutServer(address, because: reason, at: span))
    } else if let row = net.body.property("subnet"), case .cidr(let subnet) = row.value {
      require(address, in: subnet, gateway: subnet.gateway(of: net), row)
      refuseReserved(address, of: net, subnet, row)
    }
  }

  /// Reports the settings that libvirt does not support on an interface of this kind.
  private mutating func tags(_ nic: DeclaredBlock, on net: Declaration?) {
    if let vlan = nic.property("vlan"), !vlan.value.isUnknown, let net,
      NetworkMode(net.body).hasOwnBridge
    {
      diagnostics.append(
        ValidationMessages.notOnInterface(
          vlan, "an interface on a network of mode \(NetworkMode(net.body).name)"))
    }
  }

  /// Returns the reason why a network has no DHCP server of libvirt's, with its place.
  private func noDHCP(_ net: Declaration) -> (reason: String, span: Span)? {
    let (body, mode) = (net.body, NetworkMode(net.body))
    if mode.isUnknown { return nil }
    if !mode.hasOwnBridge {
      let span = body.property("mode")?.span ?? net.nameSpan
      return ("libvirt runs no DHCP server on a network of mode \(mode.name)", span)
    }
    if body.property("subnet") == nil { return ("`\(net.name)` has no `subnet`", net.nameSpan) }
    return nil
  }

  private mutating func ipv6(_ body: DeclaredBlock) {
    guard let row = body.block("ipv6")?.property("subnet"), case .string(let text) = row.value,
      let subnet = IPv6Subnet(text)
    else { return }
    if let reason = Self.obstacle(to: subnet) {
      diagnostics.append(ValidationMessages.unfitSubnet(text, because: reason, at: row.span))
      return
    }
    if let mtu = body.property("mtu"), case .int(..<1280) = mtu.value {
      diagnostics.append(ValidationMessages.smallMTU(mtu, at: row.span))
    }
    if let other = networks.ipv6Subnets.first(where: { $0.subnet.overlaps(subnet) }) {
      diagnostics.append(
        ValidationMessages.overlap(
          (subnet.description, row.span), (other.subnet.description, other.span)))
    }
    networks.ipv6Subnets.append((subnet, row.span))
  }

  private static func obstacle(to subnet: IPv6Subnet) -> String? {
    if subnet.prefix == 0 { return "it is the whole of IPv6" }
    if subnet.prefix > 126 { return "it has no address left for a guest" }
    return subnet.first.isUnicast ? nil : "no interface can have an address in it"
  }

  /// Returns whether a network can have the subnet, with an address for the host and one for a
  /// guest.
  private mutating func fits(
    _ subnet: Subnet, _ row: DeclaredProperty, in body: DeclaredBlock
  ) -> Bool {
    let hasDHCP = if case .bool(false) = body["dhcp"] { false } else { true }
    var reason: String?
    if subnet.prefix == 0 {
      reason = "it is the whole of IPv4"
    } else if Subnet.special.contains(where: subnet.overlaps) {
      reason = "no interface can have an address in it"
    } else if subnet.prefix == 32 {
      reason = "it has no address left for a guest"
    } else if subnet.prefix == 31, hasDHCP {
      reason = "it is too small for DHCP"
    }
    guard let reason else { return true }
    diagnostics.append(
      ValidationMessages.unfitSubnet(subnet.description, because: reason, at: row.span))
    return false
  }

  /// Checks the range that DHCP assigns.
  private mutating func range(_ net: Declaration, _ subnet: Subnet, _ row: DeclaredProperty) {
    let gateway = subnet.gateway(of: net)
    guard let dhcp = net.body.property("dhcp"),
      case .range(.addresses(let first, let last)) = dhcp.value
    else { return }
    guard first <= last, subnet.contains(first), subnet.contains(last) else {
      diagnostics.append(
        ValidationMessages.rangeOutside(
          dhcp, subnet: subnet, gateway: gateway, at: row.span))
      return
    }
    for (end, address) in [(subnet.base, first), (subnet.broadcast, last)] where end == address {
      diagnostics.append(
        ValidationMessages.rangeWithReserved(
          dhcp, end, of: subnet, gateway: gateway, at: row.span))
    }
    let count = Int64(last.value) - Int64(first.value) + 1
    if count > Subnet.maximumDHCPCount {
      diagnostics.append(ValidationMessages.wideRange(dhcp, count: count))
    }
  }

  /// Reports overlapping subnets. Sorted by base, a subnet overlaps an earlier one only if it
  /// starts before that one's end.
  mutating func overlappingSubnets() {
    let sorted = networks.subnets.sorted { a, b in
      (a.subnet.base, a.subnet.prefix) < (b.subnet.base, b.subnet.prefix)
    }
    guard var widest = sorted.first else { return }
    for entry in sorted.dropFirst() {
      if entry.subnet.overlaps(widest.subnet) {
        let isLater =
          (entry.span.source.index, entry.span.start)
          > (widest.span.source.index, widest.span.start)
        let (second, first) = isLater ? (entry, widest) : (widest, entry)
        diagnostics.append(
          ValidationMessages.overlap(
            (second.subnet.description, second.span), (first.subnet.description, first.span)))
      }
      if entry.subnet.broadcast > widest.subnet.broadcast { widest = entry }
    }
  }

  /// Refuses the addresses that no guest can have: the host's, the network's and the broadcast
  /// address.
  private mutating func refuseReserved(
    _ property: DeclaredProperty, of net: Declaration, _ subnet: Subnet, _ row: DeclaredProperty
  ) {
    guard case .ip(let address) = property.value, subnet.contains(address) else { return }
    let gateway = subnet.gateway(of: net)
    if address == gateway {
      let place = net.body.property("gateway") ?? row
      diagnostics.append(
        ValidationMessages.reserved(
          address, property, as: "the host's own address in", subnet, gateway: gateway,
          at: place.span))
    } else {
      refuseEnds(property, of: subnet, gateway: gateway, row)
    }
  }

  /// - Parameter gateway: the host's own address; nil if the property is the gateway.
  private mutating func refuseEnds(
    _ property: DeclaredProperty, of subnet: Subnet, gateway: IPAddress?, _ row: DeclaredProperty
  ) {
    guard case .ip(let address) = property.value, subnet.prefix < 31,
      address == subnet.base || address == subnet.broadcast
    else { return }
    let role = address == subnet.base ? "the address of" : "the broadcast address of"
    diagnostics.append(
      ValidationMessages.reserved(
        address, property, as: role, subnet, gateway: gateway, at: row.span))
  }

  private mutating func claim(_ property: DeclaredProperty, on network: String) {
    guard case .ip(let address) = property.value else { return }
    if let first = networks.addresses[network]?[address] {
      diagnostics.append(ValidationMessages.sameAddress(address, property.span, first: first))
    } else {
      networks.addresses[network, default: [:]][address] = property.span
    }
  }

  private mutating func claimEntry(_ mac: MACAddress, _ span: Span, on network: String) {
    if let first = networks.entryMACs[network]?[mac] {
      diagnostics.append(
        ValidationMessages.sameEntry("MAC address \(mac)", span, first: first))
    } else {
      networks.entryMACs[network, default: [:]][mac] = span
    }
  }

  /// Refuses a DHCP entry by hand for an interface with an address, which has an entry by its MAC
  /// address.
  private mutating func refuseSecondEntry(
    _ nic: DeclaredBlock, _ key: String, _ address: DeclaredProperty, of domain: Declaration,
    on network: String
  ) {
    var mac = Identity.mac(stack: stack, domain: domain.name, nic: key)
    if case .mac(let declared) = nic["mac"] {
      mac = declared
    } else if domain.source?.isHost ?? false {
      return
    }
    guard let first = networks.entryMACs[network]?[mac] else { return }
    diagnostics.append(
      ValidationMessages.sameEntry("MAC address \(mac)", address.span, first: first))
  }

  /// Warns of a name that is close to a declared network's, and so probably misspelled, unless the
  /// host has such a network.
  mutating func undeclaredNetworks(_ exists: (ResourceReference) -> Bool?) {
    guard !networks.undeclared.isEmpty else { return }
    let names = declared.keys.filter { $0.kind == .net }.map(\.name).sorted()
    for (name, span) in networks.undeclared {
      guard let near = closest(to: name, among: names),
        exists(ResourceReference(kind: .net, name: name, isDeclared: false)) != true
      else { continue }
      diagnostics.append(ValidationMessages.notDeclared(name, near: near, at: span))
    }
  }

  private mutating func require(
    _ property: DeclaredProperty, in subnet: Subnet, gateway: IPAddress?, _ row: DeclaredProperty
  ) {
    guard case .ip(let address) = property.value, !subnet.contains(address) else { return }
    diagnostics.append(
      ValidationMessages.outside(
        address, property, subnet: subnet, gateway: gateway, at: row.span))
  }
}

/// The addresses of a subnet that guests can have.
struct GuestAddresses {
  let first: IPAddress
  let last: IPAddress
  /// The host's own address, if it is between them.
  let exception: IPAddress?

  /// Both ends, as a DHCP range.
  var range: ValueRange { .addresses(first: first, last: last) }

  /// The choice of addresses, in words.
  var words: String {
    guard first < last else { return first == last ? "\(first)" : "a larger subnet" }
    return "an address from \(first) to \(last)" + (exception.map { " except \($0)" } ?? "")
  }
}

extension Subnet {
  /// Returns the host's own address on a declared network; nil if it is not known yet.
  fileprivate func gateway(of net: Declaration) -> IPAddress? {
    guard let declared = net.body["gateway"] else { return first }
    if case .ip(let address) = declared { return address }
    return nil
  }

  /// Returns the addresses that guests can have.
  ///
  /// - Parameter gateway: the host's own address; nil to ignore it.
  func guestAddresses(gateway: IPAddress?) -> GuestAddresses {
    let start = gateway == first ? first.advanced(by: 1) ?? first : first
    let end = gateway == last ? last.advanced(by: -1) ?? last : last
    let isBetween = gateway.map { start < $0 && $0 < end } ?? false
    return GuestAddresses(first: start, last: end, exception: isBetween ? gateway : nil)
  }

  /// The largest number of addresses that libvirt's DHCP server assigns.
  static let maximumDHCPCount: Int64 = 65_534

  /// The networks whose addresses no guest can have: this host's, and those of groups.
  static let special = [
    Subnet(address: IPAddress(value: 0), prefix: 8),
    Subnet(address: IPAddress(value: 127 << 24), prefix: 8),
    Subnet(address: IPAddress(value: 224 << 24), prefix: 3),
  ]

  /// Returns the default range of DHCP: all addresses that guests can have, up to libvirt's limit;
  /// nil if there are none.
  public func dhcpRange(gateway: IPAddress) -> ClosedRange<IPAddress>? {
    guard prefix <= 30 else { return nil }
    guard let start = gateway == first ? first.advanced(by: 1) : first,
      let end = gateway == last ? last.advanced(by: -1) : last, start <= end
    else { return nil }
    return start...min(end, start.advanced(by: Self.maximumDHCPCount - 1) ?? end)
  }
}
