import CLibvirt

/// A virtual network.
///
/// Every call throws libvirt's error, with code `noNetwork` if the network no longer exists.
public struct Network: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virNetworkFree(pointer) }
  static let kind = "network"
  static let missing = LibvirtError.Code.noNetwork

  let handle: Handle<Network>

  /// The connection that the object belongs to.
  public var connection: Connection { handle.connection }

  /// Unique among the host's networks (`virNetworkGetName`).
  public var name: String { Call.borrowedString(virNetworkGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virNetworkGetUUIDString(pointer, $0) } }

  /// Its `<network>` document; `inactive` selects the configuration of the next start.
  ///
  /// The test driver has one document for both.
  public func xml(inactive: Bool = false) throws(LibvirtError) -> String {
    let flags = inactive && !connection.isTestDriver ? VIR_NETWORK_XML_INACTIVE.rawValue : 0
    return try call.ownedString(virNetworkGetXMLDesc(pointer, flags))
  }

  /// Whether the network is active (`virNetworkIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsActive(pointer))
  }

  /// Whether a stored definition exists (`virNetworkIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsPersistent(pointer))
  }

  /// Starts the network (`virNetworkCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is active; the host's error if its bridge or addresses
  ///   are in use.
  public func start() throws(LibvirtError) {
    try call.succeed(virNetworkCreate(pointer))
  }

  /// Stops the network, which disconnects its guests; the definition stays (`virNetworkDestroy`).
  ///
  /// - Throws: code `operationInvalid` if it is not active.
  public func destroy() throws(LibvirtError) {
    try call.succeed(virNetworkDestroy(pointer))
  }

  /// Removes the definition (`virNetworkUndefine`).
  public func undefine() throws(LibvirtError) {
    try call.succeed(virNetworkUndefine(pointer))
  }

  /// Whether it starts when the host boots (`virNetworkGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virNetworkGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts when the host boots (`virNetworkSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a network without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virNetworkSetAutostart(pointer, value ? 1 : 0))
  }

  /// The UUIDs of its ports in lower case, one for each connected interface
  /// (`virNetworkListAllPorts`).
  public func ports() throws(LibvirtError) -> Set<String> {
    Set(
      try call.list {
        virNetworkListAllPorts(pointer, $0, 0)
      } taking: { port in
        // SAFETY: this call owns the reference, and uses it last to read the UUID.
        defer { virNetworkPortFree(port) }
        return Call.uuid { virNetworkPortGetUUIDString(port, $0) }
      })
  }
}

extension Network {
  /// The operation on an entry, libvirt's `virNetworkUpdateCommand`.
  public enum UpdateCommand: UInt32, Sendable {
    /// Changes the entry.
    case modify = 1
    /// Removes the entry.
    case delete = 2
    /// Appends the entry.
    case addLast = 3
    /// Prepends the entry.
    case addFirst = 4
  }

  /// The section of the entry, libvirt's `virNetworkUpdateSection`.
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

  /// Changes one entry of the network, without a restart (`virNetworkUpdate`).
  ///
  /// - Parameters:
  ///   - index: the index of the `<ip>` element; -1 lets libvirt find it.
  ///   - xml: the entry's element.
  ///   - live: changes the running network.
  ///   - config: changes the stored definition.
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

/// A lease of a network's DHCP server.
public struct DHCPLease: Sendable, Hashable {
  /// The host's interface, the bridge.
  public let interface: String
  /// The hardware address in lower case, if known.
  public let mac: String?
  /// The address as text.
  public let address: String
  /// The length of the subnet's prefix in bits.
  public let prefix: Int
  /// Whether it is IPv6.
  public let isIPv6: Bool
  /// The name that the guest sent.
  public let hostname: String?
  /// The expiry time in seconds since 1970; 0 means never.
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
