import CLibvirt

/// A network interface of a running guest and its addresses.
public struct DomainInterface: Sendable, Hashable {
  /// One address of an interface.
  public struct Address: Sendable, Hashable {
    /// The address as text, IPv4 or IPv6.
    public let address: String
    /// The length of the subnet's prefix in bits.
    public let prefix: Int
    /// Whether it is IPv6.
    public let isIPv6: Bool
  }

  /// The name: the host's device by lease and ARP, the guest's by agent.
  public let name: String
  /// The hardware address in lower case, where it is known.
  public let mac: String?
  /// Its addresses.
  public let addresses: [Address]
}

extension Domain {
  /// Who is asked for a guest's addresses, libvirt's `virDomainInterfaceAddressesSource`.
  public enum AddressSource: UInt32, Sendable {
    /// The leases of libvirt's own DHCP server.
    case lease = 0
    /// The agent inside the guest.
    case agent = 1
    /// The host's ARP table.
    case arp = 2
  }

  /// The running guest's interfaces with their addresses (`virDomainInterfaceAddresses`).
  public func interfaceAddresses(
    source: AddressSource
  ) throws(LibvirtError) -> [DomainInterface] {
    try call.list {
      virDomainInterfaceAddresses(pointer, $0, source.rawValue, 0)
    } taking: { entry in
      // SAFETY: the entry is libvirt's own; it is copied, then freed once.
      defer { virDomainInterfaceFree(entry) }
      return DomainInterface(entry.pointee)
    }
  }
}

extension DomainInterface {
  fileprivate init(_ interface: virDomainInterface) {
    name = Call.borrowedString(interface.name)
    mac = interface.hwaddr.map { String(cString: $0).lowercased() }
    // SAFETY: `naddrs` is the number of entries behind `addrs`, both libvirt's.
    addresses = (0..<Int(interface.naddrs)).compactMap { index in
      guard let address = interface.addrs?[index], let text = address.addr else { return nil }
      return Address(
        address: String(cString: text), prefix: Int(address.prefix),
        isIPv6: address.type == Int32(bitPattern: VIR_IP_ADDR_TYPE_IPV6.rawValue))
    }
  }
}
