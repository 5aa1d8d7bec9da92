/// The one table that says what a script can declare.
public enum Schema {
  /// The body of a resource of this kind; of a kind that is the host's, an empty one.
  public static func resource(_ kind: ResourceKind) -> BlockSchema {
    switch kind {
    case .image: image
    case .net: net
    case .domain: domain
    case .custom(let word): BlockSchema(word, "")
    }
  }
}

extension Schema {
  static let image = BlockSchema(
    "image", "A disk image or installation medium on the host.",
    properties: [
      PropertySchema(
        "source", .path, "Where its content comes from: a path, or `volume:POOL/NAME` on the host.",
        impact: .dataLoss),
      PropertySchema(
        "sha256", .string, "SHA-256 that the source must have, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "sha512", .string, "SHA-512 that the source must have, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "format", .word(["raw", "qcow2", "iso", "vmdk", "vdi", "vhdx"]),
        "Format on the host; a source of another one is converted.", impact: .dataLoss),
      PropertySchema(
        "size", .size, "Virtual size, rounded up to whole MiB; needed where there is no source.",
        impact: .dataLoss),
      PropertySchema(
        "backing", .either([.path, .resource([.image])]),
        "The image that holds what this one does not.", impact: .dataLoss),
      PropertySchema(
        "cluster_size", .size, "Cluster size of a qcow2 image.", impact: .dataLoss),
      PropertySchema(
        "preallocation", .word(["off", "metadata", "falloc", "full"]),
        "What of a new image is allocated at once.", impact: .dataLoss),
      PropertySchema(
        "lazy_refcounts", .bool, "Whether a qcow2 image defers its reference counts.",
        impact: .dataLoss),
      PropertySchema("pool", .string, "The storage pool that holds it.", impact: .dataLoss),
    ])
}

/// The sizes that images can have, by QEMU's limits.
public enum ImageLimits {
  /// The cluster sizes of qcow2 images; each is a power of two.
  public static let clusterSizes = ByteSize(bytes: 512)...ByteSize.mib(2)

  /// The cluster size of a qcow2 image that declares none.
  public static let standardClusterSize = ByteSize.kib(64)

  /// The largest raw disk, whatever the file system can hold.
  public static let raw = ByteSize(bytes: (.max >> 30) << 30)

  /// Whether a qcow2 image can have clusters of a size.
  public static func isClusterSize(_ size: ByteSize) -> Bool {
    clusterSizes.contains(size) && size.bytes & (size.bytes - 1) == 0
  }

  /// The largest disk in a qcow2 image: QEMU opens a first table of at most 2²² entries, each for a
  /// cluster of entries of 8 bytes, each for a cluster.
  ///
  /// - Parameter clusterSize: a size that clusters can have; others count as the nearest limit.
  public static func qcow2(clusterSize: ByteSize = standardClusterSize) -> ByteSize {
    let cluster = min(max(clusterSize, clusterSizes.lowerBound), clusterSizes.upperBound).bytes
    return ByteSize(bytes: (cluster / 8 * cluster) << 22)
  }
}

extension Schema {
  static let net = BlockSchema(
    "net", "A virtual network.",
    properties: [
      PropertySchema(
        "mode", .word(["nat", "isolated", "route", "bridge", "open", "macvtap"]),
        "How guests reach the outside.", standard: .string("nat"),
        impact: .restart),
      PropertySchema("subnet", .cidr, "The IPv4 network of its guests.", impact: .restart),
      PropertySchema(
        "gateway", .ip, "The host's own address; the subnet's first unless said otherwise.",
        impact: .restart),
      PropertySchema(
        "dhcp", .either([.bool, .ipRange]),
        "First and last address that DHCP gives out, or false to give out fixed addresses alone; the "
          + "whole subnet unless said otherwise.", live: .dhcpRange),
      PropertySchema(
        "bridge", .string, "The host's bridge: its name here, or the existing one of mode bridge.",
        format: .interfaceName, impact: .restart, xml: XMLPlace("bridge/@name")),
      PropertySchema(
        "dev", .string, "The host's interface that traffic leaves through.",
        format: .interfaceName, impact: .restart),
      PropertySchema(
        "mtu", .int(68...65_535), "Largest packet in bytes.", impact: .restart,
        xml: XMLPlace("mtu/@size")),
      PropertySchema(
        "vlan", .int(1...4094), "VLAN tag, where the kind of network can tag.", impact: .restart,
        xml: XMLPlace("vlan/tag/@id")),
      PropertySchema(
        "autostart", .bool, "Starts the network when the host boots.", live: .autostart),
    ],
    blocks: [
      BlockSchema(
        "host", "A fixed DHCP lease.", label: .optional, labelFormat: .leaseName, repeats: true,
        properties: [
          PropertySchema(
            "mac", .mac, "The interface's address.", live: .lease, isRequired: true),
          PropertySchema("ip", .ip, "The address it gets.", live: .lease, isRequired: true),
        ]),
      dns, ipv6,
      BlockSchema(
        "route", "A static route of the host into the network.", repeats: true,
        identity: .properties(["to"]), xml: XMLPlace("route", with: ["@family": "ipv4"]),
        properties: [
          PropertySchema(
            "to", .cidr, "The network behind it.", impact: .restart,
            xml: XMLPlace("@address", .subnet), isRequired: true),
          PropertySchema(
            "via", .ip, "The guest that forwards.", impact: .restart,
            xml: XMLPlace("@gateway", .address), isRequired: true),
        ]),
      bandwidth("Limits of the whole network.", impact: .restart),
    ])

  private static let dns = BlockSchema(
    "dns", "What the network's name server answers.", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "domain", .string, "The DNS domain of the guests.", format: .domainName, impact: .restart,
        xml: XMLPlace("domain/@name")),
      PropertySchema(
        "forward", .list(.ip), "Servers that other names are asked of.", impact: .restart,
        xml: XMLPlace("dns/forwarder/@addr", .each([:]))),
      PropertySchema(
        "txt", .map(.string), "TXT records by name.", format: .txtValue,
        keyFormat: .domainName, live: .dnsText),
    ],
    blocks: [
      BlockSchema(
        "host", "A name with an address.", label: .required, labelFormat: .domainName,
        repeats: true,
        properties: [
          PropertySchema("ip", .ip, "The address.", live: .dnsHost, isRequired: true)
        ]),
      BlockSchema(
        "srv", "An SRV record.", repeats: true,
        identity: .properties(["service", "protocol", "target", "port"]), xml: XMLPlace("dns/srv"),
        properties: [
          PropertySchema(
            "service", .string, "Name of the service.", format: .serviceName, live: .dnsService,
            xml: XMLPlace("@service"), isRequired: true),
          PropertySchema(
            "protocol", .word(["tcp", "udp"]), "Its protocol.", live: .dnsService,
            xml: XMLPlace("@protocol"), isRequired: true),
          PropertySchema(
            "target", .string, "The machine that offers it.", format: .domainName,
            live: .dnsService,
            xml: XMLPlace("@target")),
          PropertySchema(
            "port", .int(1...65_535), "Its port.", live: .dnsService, xml: XMLPlace("@port")),
        ]),
    ])

  private static let ipv6 = BlockSchema(
    "ipv6", "IPv6 of the network.",
    properties: [
      PropertySchema(
        "subnet", .cidr6, "The IPv6 network; the host has its first address.", impact: .restart,
        isRequired: true)
    ])
}

extension Schema {
  /// Limits of what goes to and from guests, of a network or of one interface.
  ///
  /// - Parameters:
  ///   - impact: when a change takes effect, unless `live` names a way to make it at once.
  static func bandwidth(
    _ doc: String, impact: Impact = .nextStart, live: LiveChange? = nil
  ) -> BlockSchema {
    func direction(_ name: String, _ doc: String) -> BlockSchema {
      func row(_ name: String, _ doc: String, isRequired: Bool = false) -> PropertySchema {
        PropertySchema(
          name, .int(1...4_294_967_295), doc, impact: impact, live: live,
          xml: XMLPlace("@\(name)"), isRequired: isRequired)
      }
      return BlockSchema(
        name, doc, shorthand: "average", xml: XMLPlace(name),
        properties: [
          row("average", "KiB a second on average.", isRequired: true),
          row("peak", "KiB a second at most, in a burst."),
          row("burst", "KiB that may go at the peak rate."),
        ])
    }
    return BlockSchema(
      "bandwidth", doc, xml: XMLPlace("bandwidth"),
      blocks: [
        direction("inbound", "To the guests: a number of KiB a second, or a block."),
        direction("outbound", "From the guests: a number of KiB a second, or a block."),
      ])
  }
}
