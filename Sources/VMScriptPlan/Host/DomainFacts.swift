import VMScript

/// What planning needs of a domain's definition.
public struct DomainFacts: Sendable {
  /// The stack's mark on a domain: `<vmscript:resource>` in its metadata.
  public struct Owner: Sendable, Hashable {
    /// The stack that made it.
    public let stack: String
    /// The name that it was made under.
    public let name: String
    /// The domain that it was cloned from.
    public let source: String?
    /// Where the stack was run from when it made or changed the domain; nil where that is not known.
    public var origin: StackOrigin?
  }

  /// The mark; nil on a domain that no stack made.
  public let owner: Owner?
  /// From `interface/mac/@address`.
  public let macs: [MACAddress]
  /// From `interface/source/@network`.
  public let networks: Set<String>
  /// Whether the QEMU guest agent has a channel: `channel/target/@name`.
  public let hasAgentChannel: Bool
  /// Whether firmware variables or a TPM keep something beside the disks.
  let hasFirmwareState: Bool
  /// Which device each declared block is; nil on a domain that no stack made.
  package let devices: DeviceRecords?
  /// In the order of the definition.
  public internal(set) var disks: [SourceXML.Disk]

  /// Reads a `<domain>` document.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  public init(xml: String) throws(MalformedXML) {
    self.init(try XMLElement.parse(xml, root: "domain"))
  }

  package init(_ root: XMLElement) {
    let interfaces = root.first("devices")?.all("interface") ?? []
    owner = DomainMetadata.mark(in: root).flatMap(Self.owner)
    macs = interfaces.compactMap { $0.text(at: "mac/@address").flatMap(MACAddress.init) }
    networks = Set(interfaces.compactMap { $0.text(at: "source/@network") })
    hasAgentChannel = (root.first("devices")?.all("channel") ?? []).contains {
      $0.text(at: "target/@name") == "org.qemu.guest_agent.0"
    }
    hasFirmwareState =
      root.text(at: "os/nvram") != nil || root.text(at: "os/@firmware") == "efi"
      || root.first("devices")?.first("tpm") != nil
    devices = DeviceRecords(in: root)
    disks = SourceXML.disks(root)
  }

  private static func owner(_ mark: XMLElement) -> Owner? {
    guard let stack = mark["stack"], let name = mark["name"] else { return nil }
    return Owner(
      stack: stack, name: name, source: mark["source"], origin: StackOrigin(mark: mark))
  }

  /// libvirt's names of the devices of a running machine: `alias/@name`.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  package static func deviceAliases(xml: String) throws(MalformedXML) -> Set<String> {
    let devices = try XMLElement.parse(xml, root: "domain").first("devices")
    return Set((devices?.children ?? []).compactMap { $0.text(at: "alias/@name") })
  }

  /// The ports that the interfaces of a running machine are plugged into: UUIDs by network.
  package static func ports(_ root: XMLElement) -> [String: Set<String>] {
    NetworkPort.all(in: root.first("devices")).reduce(into: [:]) { ports, port in
      ports[port.network, default: []].insert(port.id)
    }
  }
}

/// The port of a network that an interface of a running machine is plugged into.
package struct NetworkPort {
  package let network: String
  package let id: String
  package let interface: XMLElement

  /// The ports of all interfaces: `source/@portid`.
  package static func all(in devices: XMLElement?) -> [NetworkPort] {
    (devices?.all("interface") ?? []).compactMap { interface in
      guard let network = interface.text(at: "source/@network"),
        let id = interface.text(at: "source/@portid"),
        // A macvtap is not plugged into a bridge, and loses nothing.
        interface.text(at: "source/@bridge") != nil
      else { return nil }
      return NetworkPort(network: network, id: id.lowercased(), interface: interface)
    }
  }
}
