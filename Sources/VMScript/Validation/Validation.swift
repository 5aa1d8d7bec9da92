import VMScriptSyntax

/// What no single property shows: whether the resources of a script fit together.
public enum Validation {
  /// Everything wrong between the declarations, in their order; takes time in proportion to them.
  public static func check(_ set: DeclarationSet) -> [Diagnostic] {
    var pass = ValidationPass(stack: set.stack)
    for declaration in set.declarations { pass.enter(declaration) }
    for declaration in set.declarations {
      switch declaration.kind {
      case .image: break
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

  /// Notes a resource; a second one of its kind and name is refused.
  mutating func enter(_ declaration: Declaration) {
    if !ResourceName.isSafe(declaration.name) {
      diagnostics.append(ValidationMessages.unsafeName(declaration))
    }
    let key = Key(kind: declaration.kind, name: declaration.name)
    if let first = declared[key] {
      diagnostics.append(ValidationMessages.duplicate(declaration, first: first))
    } else {
      declared[key] = declaration
    }
  }

  /// A network's addresses must lie in its subnet.
  mutating func network(_ declaration: Declaration) {
    for host in declaration.body.blocks("host") {
      if let address = host.property("ip") { claim(address, on: declaration.name) }
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
    for nic in declaration.body.blocks("nic") {
      if let mac = nic.property("mac"), !isInherited(mac, nic, declaration) { claim(mac) }
      guard let address = nic.property("ip"), let name = nic["net"]?.resourceName else { continue }
      claim(address, on: name)
      if let net = declared[Key(kind: .net, name: name)],
        let row = net.body.property("subnet"), case .cidr(let subnet) = row.value
      {
        require(address, in: subnet, row)
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
        diagnostics.append(ValidationMessages.overlap(entry, widest))
      }
      if entry.subnet.broadcast > widest.subnet.broadcast { widest = entry }
    }
  }

  /// Whether a clone's property is its source's, which a clone replaces by one of its own.
  private func isInherited(
    _ property: DeclaredProperty, _ block: DeclaredBlock, _ declaration: Declaration
  ) -> Bool {
    guard let position = block.inheritedFrom, case .declared(let name) = declaration.source,
      let source = declared[Key(kind: .domain, name: name)]
    else { return false }
    let blocks = source.body.blocks(block.schema.name)
    return blocks.indices.contains(position)
      && blocks[position].property(property.schema.name)?.span == property.span
  }

  private mutating func claim(_ property: DeclaredProperty) {
    guard case .mac(let mac) = property.value else { return }
    if let first = macs[mac] {
      diagnostics.append(ValidationMessages.sameMAC(mac, property.span, first: first))
    } else {
      macs[mac] = property.span
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

/// Names that are safe as a libvirt name, in a path and on a terminal.
enum ResourceName {
  static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && name != "." && !name.contains("..")
      && name.unicodeScalars.allSatisfy { scalar in
        !#"/\<>"'"#.unicodeScalars.contains(scalar) && scalar.value >= 32
          && !(127..<160).contains(scalar.value)
      }
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
