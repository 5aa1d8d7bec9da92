/// Network interfaces.
extension Schema {
  static let nic = BlockSchema(
    "nic", "A network interface; without `net`, `bridge` and `dev`, QEMU's own network.",
    label: .optional, repeats: true, identity: .mac,
    example: "nic { net = net(\"default\"), model = virtio }", xml: XMLPlace("devices/interface"),
    hotPlug: .port,
    properties: [
      PropertySchema("net", .resource([.net]), "The network.", live: .device),
      PropertySchema(
        "bridge", .string, "A bridge of the host to attach to.", format: .interfaceName,
        live: .device),
      PropertySchema(
        "dev", .string, "An interface of the host to attach to, by macvtap.",
        format: .interfaceName),
      .words(
        "mode", "source/@mode", ["bridge", "vepa", "private", "passthrough"],
        "The mode of macvtap; defaults to `bridge`."),
      .text("portgroup", "source/@portgroup", .line, "A group of ports of the network."),
      PropertySchema(
        "ip", .ip, "The fixed address, assigned by the DHCP server of its network.",
        live: .lease, isInherited: false),
      PropertySchema(
        "mac", .mac, "The MAC address, instead of the derived one.", isInherited: false),
      PropertySchema(
        "model",
        .either([
          .word(["virtio", "e1000", "e1000e", "rtl8139", "igb", "vmxnet3", "ne2k_pci", "pcnet"]),
          .string,
        ]), "The model of the card, such as `virtio` or `e1000`.", format: .model,
        defaultValue: .string("virtio"), xml: XMLPlace("model/@type")),
      PropertySchema("vlan", .int(1...4094), "The VLAN tag.", xml: XMLPlace("vlan/tag/@id")),
      PropertySchema(
        "mtu", .int(68...65_535), "The largest packet in bytes.", xml: XMLPlace("mtu/@size")),
      PropertySchema(
        "filter", .string, "A network filter on the host.", format: .objectName, live: .device,
        xml: XMLPlace("filterref/@filter")),
      PropertySchema(
        "filter_parameters", .map(.string), "The variables of the filter.", format: .line,
        keyFormat: .token, live: .device,
        xml: XMLPlace("filterref/parameter", .entries(key: "@name", value: "@value"))),
      PropertySchema(
        "link", .bool, "Whether the cable is plugged in.", live: .device,
        xml: XMLPlace("link/@state", .flag(on: "up", off: "down"))),
      .boot,
      .yesNo(
        "isolated", "port/@isolated", "Whether it reaches no other isolated guest of its bridge."),
      .yesNo(
        "trust_guest_filters", "@trustGuestRxFilters",
        "Whether the host follows the addresses that the guest sets."),
      .text(
        "target", "target/@dev", .interfaceName, "The name of its device on the host.",
        isInherited: false),
      PropertySchema(
        "passt", .bool, "Whether passt serves QEMU's own network.",
        xml: XMLPlace("backend", .presence, with: ["@type": "passt"]), since: LibvirtVersion(9, 2)),
      .words("driver", "driver/@name", ["vhost", "qemu"], "The driver on the host."),
      .int("queues", "driver/@queues", 2...256, "The number of queues."),
      .int("rx_queue_size", "driver/@rx_queue_size", 256...1024, "The length of a receive queue."),
      .int("tx_queue_size", "driver/@tx_queue_size", 256...1024, "The length of a send queue."),
      .words(
        "txmode", "driver/@txmode", ["iothread", "timer"], "The handling of packets to send."),
      .onOff("ioeventfd", "driver/@ioeventfd", "Whether an own thread handles requests."),
      .onOff("event_idx", "driver/@event_idx", "Whether notifications are spared."),
    ] + PropertySchema.rom,
    blocks: [
      bandwidth("Limits on the traffic of the interface.", live: .device), virtualPort,
    ])

  private static let virtualPort = BlockSchema(
    "virtualport", "The port of a switch such as Open vSwitch.", keepsRest: true,
    example: "nic { bridge = \"ovs0\", virtualport { type = openvswitch } }",
    xml: XMLPlace("virtualport"),
    properties: [
      .words(
        "type", "@type", ["openvswitch", "802.1Qbg", "802.1Qbh", "midonet"], "The kind."),
      .text("profileid", "parameters/@profileid", .token, "The profile."),
      PropertySchema(
        "interfaceid", .uuid, "The identity of the port.", xml: XMLPlace("parameters/@interfaceid"),
        isInherited: false),
    ])
}
