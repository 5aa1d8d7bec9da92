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
