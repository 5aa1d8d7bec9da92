import CLibvirt

/// A virtual network.
///
/// Every call throws libvirt's error, with code `noNetwork` if it is gone meanwhile.
public struct Network: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virNetworkFree(pointer) }
  static let kind = "network"
  static let missing = LibvirtError.Code.noNetwork

  let handle: Handle<Network>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// Unique among the host's networks (`virNetworkGetName`).
  public var name: String { Call.borrowedString(virNetworkGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virNetworkGetUUIDString(pointer, $0) } }

  /// Its `<network>` document; `inactive` is as it will be at its next start.
  ///
  /// The test driver has but one document for both.
  public func xml(inactive: Bool = false) throws(LibvirtError) -> String {
    let flags = inactive && !connection.isTestDriver ? VIR_NETWORK_XML_INACTIVE.rawValue : 0
    return try call.ownedString(virNetworkGetXMLDesc(pointer, flags))
  }

  /// Whether it is started (`virNetworkIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsActive(pointer))
  }

  /// Whether it has a stored definition (`virNetworkIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsPersistent(pointer))
  }

  /// Starts it (`virNetworkCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is started; what the host said where its bridge or its
  ///   addresses are taken.
  public func start() throws(LibvirtError) {
    try call.succeed(virNetworkCreate(pointer))
  }

  /// Stops it, which unplugs its guests; the definition stays (`virNetworkDestroy`).
  ///
  /// - Throws: code `operationInvalid` if it is not started.
  public func destroy() throws(LibvirtError) {
    try call.succeed(virNetworkDestroy(pointer))
  }

  /// Removes its definition (`virNetworkUndefine`).
  public func undefine() throws(LibvirtError) {
    try call.succeed(virNetworkUndefine(pointer))
  }

  /// Whether it starts with the host (`virNetworkGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virNetworkGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts with the host (`virNetworkSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a network without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virNetworkSetAutostart(pointer, value ? 1 : 0))
  }

  /// The UUIDs of its ports, in lower case: one for each interface that is plugged into it
  /// (`virNetworkListAllPorts`).
  public func ports() throws(LibvirtError) -> Set<String> {
    Set(
      try call.list {
        virNetworkListAllPorts(pointer, $0, 0)
      } taking: { port in
        // SAFETY: the reference is this call's; its last use is the UUID.
        defer { virNetworkPortFree(port) }
        return Call.uuid { virNetworkPortGetUUIDString(port, $0) }
      })
  }
}

extension Network {
  /// What is done to an entry, libvirt's `virNetworkUpdateCommand`.
  public enum UpdateCommand: UInt32, Sendable {
    /// Changes the entry.
    case modify = 1
    /// Removes the entry.
    case delete = 2
    /// Adds the entry behind the others.
    case addLast = 3
    /// Adds the entry before the others.
    case addFirst = 4
  }

  /// Where the entry stands, libvirt's `virNetworkUpdateSection`.
  public enum UpdateSection: UInt32, Sendable {
    /// A `<host>` of `<dhcp>`.
    case dhcpHost = 4
    /// A `<range>` of `<dhcp>`.
    case dhcpRange = 5
    /// A `<host>` of `<dns>`.
    case dnsHost = 10
    /// A `<txt>` of `<dns>`.
    case dnsText = 11
    /// A `<srv>` of `<dns>`.
    case dnsService = 12
  }

  /// Changes one entry of the network (`virNetworkUpdate`), if it runs without restarting it.
  ///
  /// - Parameters:
  ///   - index: which `<ip>` element is meant; -1 lets libvirt find it.
  ///   - xml: the entry's element.
  ///   - live: change the running network.
  ///   - config: change the stored definition.
  public func update(
    command: UpdateCommand, section: UpdateSection, index: Int = -1, xml: String, live: Bool,
    config: Bool
  ) throws(LibvirtError) {
    let flags =
      (live ? VIR_NETWORK_UPDATE_AFFECT_LIVE.rawValue : 0)
      | (config ? VIR_NETWORK_UPDATE_AFFECT_CONFIG.rawValue : 0)
    try call.succeed(
      virNetworkUpdate(
        pointer, command.rawValue, section.rawValue, Int32(clamping: index), xml, flags))
  }
}

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
