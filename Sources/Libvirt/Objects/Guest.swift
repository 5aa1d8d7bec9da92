import CLibvirt

/// Talking to the agent inside a guest.
extension Domain {
  /// Whether the agent inside the guest answers; also false if the domain has none or is off.
  public func isAgentConnected() throws(LibvirtError) -> Bool {
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    if virDomainGetTime(pointer, &seconds, &nanoseconds, 0) == 0 { return true }
    let error = LibvirtError.last()
    switch error.code {
    case .agentUnresponsive, .argumentUnsupported, .operationInvalid, .configurationUnsupported:
      return false
    default: throw error
    }
  }

  /// Sends the agent a command in JSON, such as `{"execute": "guest-ping"}`, and returns its
  /// answer, also in JSON (`virDomainQemuAgentCommand`).
  ///
  /// - Parameter timeout: the time limit in seconds.
  /// - Throws: code `agentUnresponsive` if the agent does not answer; otherwise the agent's error.
  public func agentCommand(_ command: String, timeout: Int32 = 5) throws(LibvirtError) -> String {
    try call.ownedString(virDomainQemuAgentCommand(pointer, command, timeout, 0))
  }
}

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

  /// The name: the host's device for lease and ARP, the guest's for the agent.
  public let name: String
  /// The hardware address in lower case, if known.
  public let mac: String?
  /// Its addresses.
  public let addresses: [Address]
}

extension Domain {
  /// The source of a guest's addresses, libvirt's `virDomainInterfaceAddressesSource`.
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

extension Domain {
  /// The packets of an interface since the guest started, as its guest counts them.
  public struct InterfaceTraffic: Sendable, Equatable {
    /// The packets that the guest received.
    public let received: Int64
    /// The packets that the guest sent.
    public let sent: Int64
  }

  /// Returns the packets of an interface of the running guest (`virDomainInterfaceStats`).
  ///
  /// - Parameter device: the interface's MAC address, or the name of its device on the host.
  /// - Returns: nil if the driver does not count them.
  public func traffic(ofInterface device: String) throws(LibvirtError) -> InterfaceTraffic? {
    var counts: virDomainInterfaceStatsStruct = .init()
    try call.succeed(
      virDomainInterfaceStats(
        pointer, device, &counts, MemoryLayout<virDomainInterfaceStatsStruct>.size))
    // -1 stands for a missing count.
    guard counts.rx_packets >= 0, counts.tx_packets >= 0 else { return nil }
    return InterfaceTraffic(received: counts.rx_packets, sent: counts.tx_packets)
  }
}

extension Domain {
  /// A picture of the guest's screen.
  public struct Screenshot: Sendable {
    /// The kind of picture as a media type, such as `image/png` or `image/x-portable-pixmap`.
    public let mediaType: String
    /// The content of the picture's file.
    public let bytes: [UInt8]
  }

  /// Takes a picture of the running guest's screen (`virDomainScreenshot`).
  ///
  /// - Parameter screen: the index of the screen, from zero.
  public func screenshot(screen: UInt32 = 0) throws(LibvirtError) -> Screenshot {
    let stream = try Stream(connection)
    let mediaType = try call.ownedString(virDomainScreenshot(pointer, stream.pointer, screen, 0))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let received = buffer.withUnsafeMutableBytes { room in
        Result { () throws(LibvirtError) in try stream.receive(into: room) }
      }
      let count = try received.get()
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    try stream.finish()
    return Screenshot(mediaType: mediaType, bytes: bytes)
  }
}
