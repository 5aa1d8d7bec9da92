import VMScript

/// Assigns interfaces without a declared MAC the one that they keep or inherit. All others derive
/// theirs from stack, domain and interface; see ``Identity``.
///
/// A DHCP server reserves an address for a MAC until the lease ends. A new machine with the fixed
/// address of a deleted one inherits its MAC too, and so gets the address at once.
struct InterfaceMACs {
  private let set: DeclarationSet
  private let live: LiveState
  private let ownership: Ownership
  /// The MACs of machines that stay, and those that are declared or assigned already.
  private var taken: Set<MACAddress>

  /// - Parameter going: the domains that are deleted before new ones need their addresses.
  init(_ set: DeclarationSet, live: LiveState, going: Set<ResourceKey>) {
    self.set = set
    self.live = live
    ownership = Ownership(set)
    let staying = live.domains.filter {
      !going.contains(ResourceKey(kind: .domain, name: $0.key))
    }
    taken = Set(staying.values.flatMap(\.facts.macs))
  }

  /// Returns the declarations with the addresses.
  static func resolve(
    _ set: DeclarationSet, live: LiveState, going: Set<ResourceKey>
  ) -> DeclarationSet {
    var macs = InterfaceMACs(set, live: live, going: going)
    for domain in set.declarations where domain.kind == .domain {
      macs.taken.formUnion(domain.body.blocks("nic").compactMap { $0["mac"]?.mac })
    }
    return set.with(set.declarations.map { macs.fill($0) })
  }

  private mutating func fill(_ domain: Declaration) -> Declaration {
    guard domain.kind == .domain else { return domain }
    if case .host = domain.source { return domain }
    let interfaces = domain.interfaces(stack: set.stack)
    return domain.changingBlocks("nic") { position, nic in
      let interface = interfaces[position]
      guard nic["mac"] == nil, let row = nic.schema.property("mac") else { return }
      let mac = choice(for: interface, of: domain)
      taken.insert(mac)
      guard mac != interface.mac else { return }
      nic.properties.append(
        DeclaredProperty(schema: row, value: .mac(mac), span: interface.span))
    }
  }

  private func choice(for interface: DeclaredInterface, of domain: Declaration) -> MACAddress {
    if let existing = live.domains[domain.name] {
      return existing.facts.devices?.mac(ofInterface: interface.key) ?? interface.mac
    }
    if let inherited = holders(of: interface).first(where: { !taken.contains($0) }) {
      return inherited
    }
    // Another machine may have inherited the MAC that derives from this name.
    let others = (1..<16).lazy.map {
      Identity.mac(stack: set.stack, domain: domain.name, nic: "\(interface.key)\0\($0)")
    }
    guard isInherited(interface.mac) else { return interface.mac }
    return others.first { !taken.contains($0) } ?? interface.mac
  }

  /// Returns the MACs that the network reserves the interface's fixed address for, without those
  /// of other vendors, which somebody chose.
  private func holders(of interface: DeclaredInterface) -> [MACAddress] {
    guard case .ip(let address) = interface.address?.value,
      let network = interface.network.flatMap({ live.networks[$0] }),
      ownership.owns(network)
    else { return [] }
    let entries = network.entries.filter { $0.ip == address }.map(\.mac)
    let leases = (network.leases ?? []).filter { $0.ip == address }.map(\.mac)
    return (entries + leases).filter { $0.isOfQEMU && $0 != interface.mac }
  }

  /// Whether a remaining machine of the stack has it.
  private func isInherited(_ mac: MACAddress) -> Bool {
    guard taken.contains(mac) else { return false }
    return live.domains.values.contains { $0.facts.macs.contains(mac) && ownership.owns($0) }
  }
}

extension DeviceRecords {
  /// Returns the MAC of the interface that a block was written to.
  package func mac(ofInterface key: String) -> MACAddress? {
    target(of: "nic", key: key).flatMap(MACAddress.init)
  }
}

extension MACAddress {
  /// Whether it has QEMU's prefix 52:54:00, as derived ones have.
  fileprivate var isOfQEMU: Bool { value >> 24 == 0x52_5400 }
}

extension Value {
  fileprivate var mac: MACAddress? { if case .mac(let mac) = self { mac } else { nil } }
}
