import CLibvirt

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
