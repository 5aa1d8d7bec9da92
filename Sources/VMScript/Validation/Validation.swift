import VMScriptSyntax

/// What no single property shows: whether the resources of a script fit together.
public enum Validation {
  /// Everything wrong between the declarations, in their order; takes time in proportion to them.
  public static func check(_ set: DeclarationSet) -> [Diagnostic] {
    var pass = ValidationPass(stack: set.stack)
    for declaration in set.declarations { pass.enter(declaration) }
    for declaration in set.declarations {
      switch declaration.kind {
      case .image, .custom: break
      case .net: pass.network(declaration)
      case .domain: pass.domain(declaration)
      }
    }
    pass.overlappingSubnets()
    return pass.diagnostics
  }
}

/// One pass over a set; tables keep it linear.
struct ValidationPass {
  /// A resource's identity within a script.
  private struct Key: Hashable {
    let kind: ResourceKind
    let name: String
  }

  let stack: String
  private(set) var diagnostics: [Diagnostic] = []
  private var declared: [Key: Declaration] = [:]
  private var macs: [MACAddress: Span] = [:]
  /// Fixed addresses by the network's name.
  private var leases: [String: [IPAddress: Span]] = [:]
  private var subnets: [(subnet: Subnet, span: Span)] = []

  init(stack: String) { self.stack = stack }

  /// Notes a resource, so that others may speak of it.
  mutating func enter(_ declaration: Declaration) {
    declared[Key(kind: declaration.kind, name: declaration.name)] = declaration
  }

  /// A network's addresses must lie in its subnet.
  mutating func network(_ declaration: Declaration) {
    for host in declaration.body.blocks("host") {
      if let address = host.property("ip") { claim(address, on: declaration.name) }
      refuseGroupAddress(host)
    }
    guard let row = declaration.body.property("subnet"), case .cidr(let subnet) = row.value else {
      return
    }
    subnets.append((subnet, row.span))
    if let gateway = declaration.body.property("gateway") {
      require(gateway, in: subnet, row)
    }
    for host in declaration.body.blocks("host") {
      if let address = host.property("ip") { require(address, in: subnet, row) }
    }
    if let dhcp = declaration.body.property("dhcp"),
      case .range(.addresses(let first, let last)) = dhcp.value
    {
      if first > last || !subnet.contains(first) || !subnet.contains(last) {
        diagnostics.append(ValidationMessages.rangeOutside(dhcp, subnet: subnet, at: row.span))
      }
    }
  }

  /// A domain's interfaces must be its own, and its disks hold their images.
  mutating func domain(_ declaration: Declaration) {
    for (index, nic) in declaration.body.blocks("nic").enumerated() {
      refuseGroupAddress(nic)
      claimMAC(of: nic, index, declaration)
      guard let address = nic.property("ip"), let name = nic["net"]?.resourceName else { continue }
      claim(address, on: name)
      if let net = declared[Key(kind: .net, name: name)],
        let row = net.body.property("subnet"), case .cidr(let subnet) = row.value
      {
        require(address, in: subnet, row)
        refuseReserved(address, of: net, subnet, row)
      }
    }
    for name in ["memory", "cpus"] {
      guard let block = declaration.body.block(name), let current = block.property("current"),
        let wanted = current.value.amount
      else { continue }
      let maximum = block.property("max")
      if maximum?.value.amount.map({ wanted > $0 }) ?? (maximum == nil) {
        diagnostics.append(ValidationMessages.beyondMaximum(current, maximum))
      }
    }
    for disk in declaration.body.blocks("disk") {
      guard let size = disk.property("size"), case .size(let bytes) = size.value,
        let name = disk["image"]?.resourceName,
        let image = declared[Key(kind: .image, name: name)],
        let least = image.body.property("size"), case .size(let needed) = least.value,
        bytes < needed
      else { continue }
      diagnostics.append(ValidationMessages.smallDisk(size, image: least))
    }
  }

  /// Sorted by base, a subnet overlaps an earlier one only if it starts before that one's end.
  mutating func overlappingSubnets() {
    let sorted = subnets.sorted { a, b in
      (a.subnet.base, a.subnet.prefix) < (b.subnet.base, b.subnet.prefix)
    }
    guard var widest = sorted.first else { return }
    for entry in sorted.dropFirst() {
      if entry.subnet.overlaps(widest.subnet) {
        let isLater =
          (entry.span.source.index, entry.span.start)
          > (widest.span.source.index, widest.span.start)
        diagnostics.append(
          isLater
            ? ValidationMessages.overlap(entry, widest) : ValidationMessages.overlap(widest, entry))
      }
      if entry.subnet.broadcast > widest.subnet.broadcast { widest = entry }
    }
  }

  /// A MAC address of a group is that of no interface.
  private mutating func refuseGroupAddress(_ block: DeclaredBlock) {
    guard let property = block.property("mac"), case .mac(let mac) = property.value,
      mac.isMulticast
    else { return }
    diagnostics.append(ValidationMessages.groupAddress(mac, property.span))
  }

  /// Each interface has a MAC address of its own, declared or derived.
  private mutating func claimMAC(
    of nic: DeclaredBlock, _ index: Int, _ declaration: Declaration
  ) {
    let span: Span
    let address: MACAddress
    if let declared = nic.property("mac"), case .mac(let mac) = declared.value {
      (address, span) = (mac, declared.span)
    } else {
      // How many interfaces a domain of the host has is known only to the host.
      if declaration.source?.isHost ?? false { return }
      address = Identity.mac(
        stack: stack, domain: declaration.name, nic: nic.label ?? "nic\(index + 1)")
      span = nic.inheritedFrom == nil ? nic.span : declaration.span
    }
    if let first = macs[address] {
      diagnostics.append(ValidationMessages.sameMAC(address, span, first: first))
    } else {
      macs[address] = span
    }
  }

  /// The network's own address, and the two that name the network and all of it, belong to no guest.
  private mutating func refuseReserved(
    _ property: DeclaredProperty, of net: Declaration, _ subnet: Subnet, _ row: DeclaredProperty
  ) {
    guard case .ip(let address) = property.value, subnet.contains(address) else { return }
    let gateway = net.body.property("gateway")
    if case .ip(address) = gateway?.value ?? .ip(subnet.first) {
      diagnostics.append(
        ValidationMessages.reserved(
          address, property, as: "the host's own address in", subnet, at: (gateway ?? row).span))
    } else if subnet.prefix < 31, address == subnet.base || address == subnet.broadcast {
      let role = address == subnet.base ? "the address of" : "the broadcast address of"
      diagnostics.append(
        ValidationMessages.reserved(address, property, as: role, subnet, at: row.span))
    }
  }

  private mutating func claim(_ property: DeclaredProperty, on network: String) {
    guard case .ip(let address) = property.value else { return }
    if let first = leases[network]?[address] {
      diagnostics.append(ValidationMessages.sameAddress(address, property.span, first: first))
    } else {
      leases[network, default: [:]][address] = property.span
    }
  }

  private mutating func require(
    _ property: DeclaredProperty, in subnet: Subnet, _ row: DeclaredProperty
  ) {
    guard case .ip(let address) = property.value, !subnet.contains(address) else { return }
    diagnostics.append(
      ValidationMessages.outside(address, property, subnet: subnet, at: row.span))
  }
}

extension Value {
  /// The name in a value that stands for a resource: a reference, or its name as a string.
  var resourceName: String? {
    switch self {
    case .resource(let reference): reference.name
    case .string(let name): name
    default: nil
    }
  }
}

extension Value {
  /// A number or a size as a number; nil for anything else, and for what is not known yet.
  fileprivate var amount: Int64? {
    switch self {
    case .int(let number): number
    case .size(let size): size.bytes
    default: nil
    }
  }
}
