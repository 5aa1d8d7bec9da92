import CLibvirt

/// An address that a network's DHCP server gave out.
public struct DHCPLease: Sendable, Hashable {
  /// The host's interface, the bridge.
  public let interface: String
  /// The hardware address in lower case, where it is known.
  public let mac: String?
  /// The address as text.
  public let address: String
  /// The length of the subnet's prefix in bits.
  public let prefix: Int
  /// Whether it is IPv6.
  public let isIPv6: Bool
  /// The name that the guest gave.
  public let hostname: String?
  /// When it ends, in seconds since 1970; 0 is never.
  public let expires: Int64
}

extension Network {
  /// The leases of the network, or of one hardware address (`virNetworkGetDHCPLeases`).
  public func leases(mac: String? = nil) throws(LibvirtError) -> [DHCPLease] {
    try call.list {
      virNetworkGetDHCPLeases(pointer, mac, $0, 0)
    } taking: { entry in
      // SAFETY: the entry is libvirt's own; it is copied, then freed once.
      defer { virNetworkDHCPLeaseFree(entry) }
      return DHCPLease(entry.pointee)
    }
  }
}

extension DHCPLease {
  fileprivate init(_ lease: virNetworkDHCPLease) {
    interface = Call.borrowedString(lease.iface)
    mac = lease.mac.map { String(cString: $0).lowercased() }
    address = Call.borrowedString(lease.ipaddr)
    prefix = Int(lease.prefix)
    isIPv6 = lease.type == Int32(bitPattern: VIR_IP_ADDR_TYPE_IPV6.rawValue)
    hostname = lease.hostname.map { String(cString: $0) }
    expires = lease.expirytime
  }
}
