/// The schema of all resources that a script can declare.
public enum Schema {
  /// Returns the body of a resource of this kind; an empty one for a kind of the host's.
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
        "source", .path,
        "The source of its content: a path, a web address, a name such as `debian:12`, or `volume:POOL/NAME` on the host.",
        impact: .dataLoss),
      PropertySchema(
        "files", .map(.secret),
        "The files of an ISO image that is made from them: a map from paths to contents. Installers read "
          + "answers from such a medium.",
        keyFormat: .mediumPath, impact: .dataLoss),
      PropertySchema(
        "label", .string,
        "The volume label of a medium that is made from `files`, such as `OEMDRV`, by which installers "
          + "of Fedora and its relatives find `ks.cfg`.",
        format: .volumeLabel, impact: .dataLoss),
      PropertySchema(
        "sha256", .string, "The expected SHA-256 of the source, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "sha512", .string, "The expected SHA-512 of the source, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "format", .word(["raw", "qcow2", "iso", "vmdk", "vdi", "vhdx"]),
        "The format on the host; a source in another format is converted.", impact: .dataLoss),
      PropertySchema(
        "size", .size, "The virtual size, rounded up to whole MiB; required without a source.",
        impact: .dataLoss),
      PropertySchema(
        "backing", .either([.path, .resource([.image])]),
        "The image that this one is an overlay on.", impact: .dataLoss),
      PropertySchema(
        "cluster_size", .size, "The cluster size of a qcow2 image.", impact: .dataLoss),
      PropertySchema(
        "preallocation", .word(["off", "metadata", "falloc", "full"]),
        "The part of a new image that is allocated immediately.", impact: .dataLoss),
      PropertySchema(
        "lazy_refcounts", .bool, "Whether a qcow2 image defers its reference counts.",
        impact: .dataLoss),
      PropertySchema("pool", .string, "The storage pool.", impact: .dataLoss),
      PropertySchema(
        "protect", .bool, "Refuses to delete the image until this is removed.", impact: .none,
        isInherited: false),
    ])
}

/// The sizes that images can have, by QEMU's limits.
public enum ImageLimits {
  /// The cluster sizes of qcow2 images; each is a power of two.
  public static let clusterSizes = ByteSize(bytes: 512)...ByteSize.mib(2)

  /// The default cluster size of a qcow2 image.
  public static let standardClusterSize = ByteSize.kib(64)

  /// The largest raw disk, whatever the file system supports.
  public static let raw = ByteSize(bytes: (.max >> 30) << 30)

  /// Returns whether a qcow2 image can have clusters of a size.
  public static func isClusterSize(_ size: ByteSize) -> Bool {
    clusterSizes.contains(size) && size.bytes & (size.bytes - 1) == 0
  }

  /// Returns the largest disk in a qcow2 image. QEMU opens a first table of at most 2²² entries,
  /// each for a cluster of 8-byte entries, each for a cluster.
  ///
  /// - Parameter clusterSize: a valid cluster size; other sizes count as the nearest limit.
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
        "The connection of guests to the outside.", defaultValue: .string("nat"),
        impact: .restart),
      PropertySchema("subnet", .cidr, "The IPv4 network of its guests.", impact: .restart),
      PropertySchema(
        "gateway", .ip, "The address of the host; defaults to the subnet's first.",
        impact: .restart),
      PropertySchema(
        "dhcp", .either([.bool, .ipRange]),
        "The first and last address that DHCP assigns, or `false` for fixed addresses only; defaults to "
          + "the whole subnet.", live: .dhcpRange),
      PropertySchema(
        "bridge", .string,
        "The bridge on the host: the name of a new one, or the existing one in mode `bridge`.",
        format: .interfaceName, impact: .restart, xml: XMLPlace("bridge/@name")),
      PropertySchema(
        "dev", .string, "The host's interface for outgoing traffic.",
        format: .interfaceName, impact: .restart),
      PropertySchema(
        "mtu", .int(68...65_535), "The largest packet in bytes.", impact: .restart,
        xml: XMLPlace("mtu/@size")),
      PropertySchema(
        "vlan", .int(1...4094), "The VLAN tag, if the mode supports tagging.", impact: .restart,
        xml: XMLPlace("vlan/tag/@id")),
      PropertySchema(
        "autostart", .bool, "Starts the network when the host boots.", live: .autostart),
      PropertySchema(
        "protect", .bool, "Refuses to delete the network until this is removed.", impact: .none,
        isInherited: false),
    ],
    blocks: [
      BlockSchema(
        "host", "A fixed DHCP lease.", label: .optional, labelFormat: .leaseName, repeats: true,
        properties: [
          PropertySchema(
            "mac", .mac, "The MAC address of the interface.", live: .lease, isRequired: true),
          PropertySchema("ip", .ip, "The assigned address.", live: .lease, isRequired: true),
        ]),
      dns, ipv6,
      BlockSchema(
        "route", "A static route of the host into the network.", repeats: true,
        identity: .properties(["to"]), xml: XMLPlace("route", with: ["@family": "ipv4"]),
        properties: [
          PropertySchema(
            "to", .cidr, "The destination network.", impact: .restart,
            xml: XMLPlace("@address", .subnet), isRequired: true),
          PropertySchema(
            "via", .ip, "The guest that forwards the traffic.", impact: .restart,
            xml: XMLPlace("@gateway", .address), isRequired: true),
        ]),
      bandwidth("Limits on the traffic of the whole network.", impact: .restart),
      networkPatch,
    ])

  private static let dns = BlockSchema(
    "dns", "The name server of the network.", xml: XMLPlace(""),
    properties: [
      PropertySchema(
        "domain", .string, "The DNS domain of the guests.", format: .domainName, impact: .restart,
        xml: XMLPlace("domain/@name")),
      PropertySchema(
        "forward", .list(.ip), "The servers that resolve other names.", impact: .restart,
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
            "service", .string, "The name of the service.", format: .serviceName, live: .dnsService,
            xml: XMLPlace("@service"), isRequired: true),
          PropertySchema(
            "protocol", .word(["tcp", "udp"]), "The protocol.", live: .dnsService,
            xml: XMLPlace("@protocol"), isRequired: true),
          PropertySchema(
            "target", .string, "The machine that provides it.", format: .domainName,
            live: .dnsService,
            xml: XMLPlace("@target")),
          PropertySchema(
            "port", .int(1...65_535), "The port.", live: .dnsService, xml: XMLPlace("@port")),
        ]),
    ])

  private static let ipv6 = BlockSchema(
    "ipv6", "The IPv6 configuration of the network.",
    properties: [
      PropertySchema(
        "subnet", .cidr6, "The IPv6 network; the host uses its first address.", impact: .restart,
        isRequired: true)
    ])
}

extension Schema {
  /// Returns the limits on the traffic of a network or of one interface.
  ///
  /// - Parameters:
  ///   - impact: the time at which a change takes effect, unless `live` is not nil.
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
          row("average", "The average rate in KiB per second.", isRequired: true),
          row("peak", "The peak rate of a burst in KiB per second."),
          row("burst", "The size of a burst at the peak rate in KiB."),
        ])
    }
    return BlockSchema(
      "bandwidth", doc, xml: XMLPlace("bandwidth"),
      blocks: [
        direction("inbound", "Traffic to the guests: KiB per second, or a block."),
        direction("outbound", "Traffic from the guests: KiB per second, or a block."),
      ])
  }
}
