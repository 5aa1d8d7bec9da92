import VMScriptSyntax

/// The wording of everything that ``Validation`` finds, VM0252 to VM0260, VM0276 to VM0287 and VM0298.
enum ValidationMessages {
  static func outside(
    _ address: IPAddress, _ property: DeclaredProperty, subnet: Subnet, gateway: IPAddress?,
    at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.addressOutsideSubnet, "\(address) is not in \(subnet)",
      at: .init(property.span, "outside the subnet"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("choose \(subnet.guestAddresses(gateway: gateway).words)")])
  }

  static func rangeOutside(
    _ property: DeclaredProperty, subnet: Subnet, gateway: IPAddress?, at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.rangeOutsideSubnet,
      "the DHCP range \(property.value) is not a range within \(subnet)",
      at: .init(property.span, "outside the subnet, or last before first"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("choose a range within \(subnet.guestAddresses(gateway: gateway).range)")])
  }

  static func sameMAC(_ mac: MACAddress, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateMACAddress, "two interfaces have the MAC address \(mac)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [
        .init(
          "leave `mac` out: each interface then gets one that is derived from its name; where two "
            + "such meet, declare one")
      ])
  }

  static func groupAddress(_ mac: MACAddress, _ span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.macAddressOfGroup, "\(mac) is the address of a group",
      at: .init(span, "no interface can have it"),
      notes: ["the first byte of an interface's address is even"],
      helps: [.init("leave `mac` out, or begin it with 52:54:00 as QEMU's addresses do")])
  }

  static func sameAddress(_ address: IPAddress, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateAddress, "two machines of one network have the address \(address)",
      at: .init(span, "used again"), secondary: [.init(first, "first used here")],
      helps: [.init("give one of them another address")])
  }

  static func overlap(
    _ second: (subnet: String, span: Span), _ first: (subnet: String, span: Span)
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.overlappingSubnets,
      "the subnets \(first.subnet) and \(second.subnet) overlap",
      at: .init(second.span, "overlaps"), secondary: [.init(first.span, "with this one")],
      helps: [.init("give each network a subnet of its own")])
  }

  static func reserved(
    _ address: IPAddress, _ property: DeclaredProperty, as role: String, _ subnet: Subnet,
    gateway: IPAddress?, at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.reservedAddress, "\(address) is \(role) \(subnet)",
      at: .init(property.span, "no guest can have it"),
      secondary: [.init(other, "because of this")],
      helps: [.init("choose \(subnet.guestAddresses(gateway: gateway).words)")])
  }

  static func addressWithoutServer(
    _ address: DeclaredProperty, because reason: String, at other: Span?
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.addressWithoutDHCP,
      "no DHCP server of libvirt's gives out \(address.value): \(reason)",
      at: .init(address.span, "the guest would not get it"),
      secondary: other.map { [.init($0, "because of this")] } ?? [],
      helps: [
        .init(
          "put the interface on a `net` with `subnet` and DHCP, or leave `ip` out and configure the "
            + "address in the guest")
      ])
  }

  static func notInMode(_ entry: String, _ mode: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForMode, "a network of mode \(mode) cannot have `\(entry)`",
      at: .init(span, "not in this mode"),
      helps: [.init("remove it, or choose another `mode`")])
  }

  static func mode(_ mode: String, needs entry: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForMode, "a network of mode \(mode) needs `\(entry)`",
      at: .init(span, "has none"),
      helps: [.init("add `\(entry) = …`")])
  }

  static func needsSubnet(_ entry: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForMode, "`\(entry)` needs a `subnet`",
      at: .init(span, "in which subnet?"),
      helps: [.init("add `subnet = …`")])
  }

  static func notOnInterface(_ property: DeclaredProperty, _ kind: String) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForInterface,
      "libvirt cannot set `\(property.schema.name)` on \(kind)",
      at: .init(property.span, "not here"), helps: [.init("remove it")])
  }

  static func unfitSubnet(_ subnet: String, because reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitSubnet, "a network cannot have the subnet \(subnet): \(reason)",
      at: .init(span, "does not fit"),
      helps: [.init("take a private subnet such as 10.10.0.0/24 or \"fd00:10::/64\"")])
  }

  static func notDeclared(_ name: String, near: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .validation.undeclaredNetwork,
      "the network \(QuotedText.literal(name)) is not declared here",
      at: .init(span, "must exist on the host"), helps: [.init("did you mean `\(near)`?")])
  }

  static func smallMTU(_ mtu: DeclaredProperty, at other: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.mtuTooSmallForIPv6, "an MTU of \(mtu.value) is too small for IPv6",
      at: .init(mtu.span, "too small"),
      secondary: [.init(other, "the IPv6 subnet")], helps: [.init("make it at least 1280")])
  }

  static func sameEntry(_ what: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateDHCPEntry, "two DHCP entries of one network have the \(what)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")], helps: [.init("remove one of them")])
  }

  static func rangeWithReserved(
    _ property: DeclaredProperty, _ address: IPAddress, of subnet: Subnet, gateway: IPAddress?,
    at other: Span
  ) -> Diagnostic {
    let role = address == subnet.base ? "the address" : "the broadcast address"
    return Diagnostic(
      code: .validation.rangeOutsideSubnet, "the DHCP range holds \(address), \(role) of \(subnet)",
      at: .init(property.span, "no guest can have it"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("choose a range within \(subnet.guestAddresses(gateway: gateway).range)")])
  }

  static func wideRange(_ property: DeclaredProperty, count: Int64) -> Diagnostic {
    Diagnostic(
      code: .validation.dhcpRangeTooLarge, "the DHCP range has \(count) addresses",
      at: .init(property.span, "too large"),
      helps: [
        .init("take at most \(Subnet.maximumDHCPCount); fixed addresses can lie outside of it")
      ])
  }

  static func sameBridge(_ name: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateBridge, "two networks have the bridge `\(name)`",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("leave `bridge` out: each network then gets one of its own")])
  }

  static func smallDisk(_ size: DeclaredProperty, image: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .validation.diskSmallerThanImage,
      "the disk, \(size.value), is smaller than its image, \(image.value)",
      at: .init(size.span, "too small"), secondary: [.init(image.span, "the image's size")],
      helps: [.init("make it at least \(image.value), or leave `size` out")])
  }

  /// - Parameters:
  ///   - limit: the most that the format holds.
  ///   - isImage: whether the clusters can be declared larger.
  static func beyondFormat(_ size: DeclaredProperty, limit: ByteSize, isImage: Bool) -> Diagnostic {
    let isRaw = limit == ImageLimits.raw
    let most = ImageLimits.qcow2(clusterSize: ImageLimits.clusterSizes.upperBound)
    var help = "make it at most \(isRaw ? "7EiB" : limit.description)"
    if isImage, !isRaw, limit < most {
      help +=
        ", or declare a larger `cluster_size`: \(ImageLimits.clusterSizes.upperBound) holds \(most)"
    }
    return Diagnostic(
      code: .validation.sizeBeyondFormat,
      isRaw
        ? "no disk has \(size.value): QEMU addresses less than 8EiB"
        : "a qcow2 image cannot hold \(size.value)",
      at: .init(size.span, isRaw ? "too large" : "more than \(limit)"), helps: [.init(help)])
  }

  static func unfitClusterSize(_ property: DeclaredProperty) -> Diagnostic {
    let sizes = ImageLimits.clusterSizes
    return Diagnostic(
      code: .validation.unfitClusterSize, "a qcow2 image cannot have clusters of \(property.value)",
      at: .init(property.span, "no such cluster size"),
      helps: [
        .init(
          "take a power of two from \(sizes.lowerBound) to \(sizes.upperBound), or leave it out: "
            + "QEMU takes \(ImageLimits.standardClusterSize)")
      ])
  }

  static func exclusive(
    _ one: (term: Combination.Term, property: DeclaredProperty),
    _ other: (term: Combination.Term, property: DeclaredProperty), _ row: Combination
  ) -> Diagnostic {
    let (a, b) = (one.property.span, other.property.span)
    let isLater = (b.source.index, b.start) > (a.source.index, a.start)
    let texts = [one, other].map { $0.term.text(with: $0.property.value) }
    return Diagnostic(
      code: .validation.exclusiveAlternatives, "\(texts[0]) and \(texts[1]) exclude each other",
      at: .init(isLater ? b : a, "not together with the other"),
      secondary: [.init(isLater ? a : b, "the other")],
      notes: row.reason.map { [$0] } ?? [],
      helps: [.init(row.help ?? "leave one of them out")])
  }

  static func needed(
    _ first: Combination.Term, _ one: DeclaredProperty, _ others: [Combination.Term],
    _ declared: DeclaredProperty?, _ row: Combination
  ) -> Diagnostic {
    let needed = others.map(\.text).joined(separator: " or ")
    return Diagnostic(
      code: .validation.exclusiveProperties, "\(first.text(with: one.value)) needs \(needed)",
      at: .init(one.span, "needs it"),
      secondary: declared.map { [.init($0.span, "declared here")] } ?? [],
      notes: row.reason.map { [$0] } ?? [],
      helps: [
        .init(
          row.help
            ?? "add \(others.map(\.entries).joined(separator: " or ")), or leave `\(first.name)` out"
        )
      ])
  }

  static func stillDeclared(
    _ disk: String, of domain: String, _ from: DeclaredProperty, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.diskThatCannotBeMoved,
      "the domain `\(domain)` still declares its disk `\(disk)`",
      at: .init(from.span, "cannot be moved"), secondary: [.init(span, "still declared")],
      helps: [.init("remove the `disk` from `\(domain)`, or leave `moved_from` out")])
  }

  static func movedTwice(
    _ disk: String, of domain: String, _ from: DeclaredProperty, first: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.diskThatCannotBeMoved, "the disk `\(disk)` of `\(domain)` is moved twice",
      at: .init(from.span, "moved again"), secondary: [.init(first, "first moved here")],
      helps: [.init("leave one `moved_from` out")])
  }

  static func beyondMaximum(_ current: DeclaredProperty, _ maximum: DeclaredProperty?) -> Diagnostic
  {
    Diagnostic(
      code: .validation.moreThanMaximum,
      maximum.map { "`current`, \(current.value), is more than `max`, \($0.value)" }
        ?? "`current` needs a `max`",
      at: .init(current.span, maximum == nil ? "`max` is missing" : "too much"),
      secondary: maximum.map { [.init($0.span, "the maximum")] } ?? [],
      helps: [.init("`max` is the most that the machine may have, `current` what it has of it")])
  }
}

extension Validation {
  /// The codes that a check gives.
  public static let codes =
    (ValidationCodes.codes + DomainCodes.codes + PatchCodes.codes).sorted { $0.number < $1.number }
}

/// The codes of contradictions between resources.
struct ValidationCodes: DiagnosticTable {
  let addressOutsideSubnet = DiagnosticCode.ofScript(
    252, "address outside the subnet",
    "A fixed address or gateway must lie in its network's subnet, or nothing could reach it.")
  let rangeOutsideSubnet = DiagnosticCode.ofScript(
    253, "DHCP range outside the subnet",
    "Both ends of a DHCP range must lie in the network's subnet, the first before the last, and "
      + "neither may be the address that names the network or all of it.")
  let duplicateMACAddress = DiagnosticCode.ofScript(
    254, "duplicate MAC address",
    "Two interfaces with one MAC address disturb each other on a network. Undeclared addresses "
      + "derive from names and differ.")
  let duplicateAddress = DiagnosticCode.ofScript(
    255, "duplicate address",
    "A network gives each fixed address to one machine. In a loop, compute it from the variable.")
  let overlappingSubnets = DiagnosticCode.ofScript(
    256, "overlapping subnets",
    "Two networks of a host with overlapping subnets leave it undecided where a packet goes.")
  let diskSmallerThanImage = DiagnosticCode.ofScript(
    257, "disk smaller than its image",
    "An overlay that is smaller than its image would cut off the image's end.")
  let reservedAddress = DiagnosticCode.ofScript(
    258, "reserved address",
    "The first address of a subnet names the network, the last all of its guests, and one, the "
      + "gateway, is the host's own. A guest that had one of them could not be reached.")
  let moreThanMaximum = DiagnosticCode.ofScript(
    259, "more than the maximum",
    "`max` of memory and processors is fixed while a machine runs; `current` can change up to it."
  )
  let macAddressOfGroup = DiagnosticCode.ofScript(
    260, "MAC address of a group",
    "An odd first byte marks an address that many stations listen to (multicast). libvirt refuses "
      + "an interface of such an address.")
  let misreadText = DiagnosticCode.ofScript(
    275, "text that another program reads as something else",
    "The text becomes a part of another program's configuration, such as a line of dnsmasq's. A "
      + "line break, a comma or a comment in it would be read there as something else.")
  let exclusiveAlternatives = DiagnosticCode.ofScript(
    276, "properties that exclude each other",
    "Two properties contradict each other: a disk is an overlay on an `image`, or the very `source`, "
      + "or new with a `size`; an interface is on one network, bridge or device. Or QEMU or libvirt "
      + "refuses what has both.")
  let addressWithoutDHCP = DiagnosticCode.ofScript(
    277, "fixed address without a DHCP server",
    "A fixed `ip` is an entry of the DHCP server that libvirt runs on a network. Without one, "
      + "the guest would never get the address.")
  let unfitForMode = DiagnosticCode.ofScript(
    278, "entry that the network cannot have",
    "What a network can have depends on its mode: libvirt gives addresses, DHCP and DNS only where "
      + "it runs the bridge itself, and some entries need others beside them.")
  let diskThatCannotBeMoved = DiagnosticCode.ofScript(
    279, "disk that cannot be moved",
    "`moved_from` gives a disk of one domain to another, with its content. The domain that it comes "
      + "from must not declare it any more, and one domain alone can get it.")
  let unfitSubnet = DiagnosticCode.ofScript(
    281, "unfit subnet",
    "A network needs an address for the host and one for a guest, none of them reserved for "
      + "loopback or groups.")
  let undeclaredNetwork = DiagnosticCode.ofScript(
    282, "network that is not declared",
    "The name is close to that of a declared network. Without that network on the host, the domain "
      + "cannot start.")
  let mtuTooSmallForIPv6 = DiagnosticCode.ofScript(
    283, "MTU too small for IPv6", "IPv6 needs packets of at least 1280 bytes on every network.")
  let duplicateDHCPEntry = DiagnosticCode.ofScript(
    284, "duplicate DHCP entry",
    "A DHCP server tells machines apart by MAC address and knows each by one name, so each stands "
      + "in one entry of a network.")
  let dhcpRangeTooLarge = DiagnosticCode.ofScript(
    285, "DHCP range too large", "libvirt gives out at most 65,534 addresses on a network.")
  let duplicateBridge = DiagnosticCode.ofScript(
    286, "duplicate bridge", "Two networks of a host cannot run one bridge.")
  let unfitForInterface = DiagnosticCode.ofScript(
    287, "setting that the interface cannot have",
    "libvirt tags packets only where the bridge can (Open vSwitch), and leaves the MTU of macvtap "
      + "to the device below it.")
  let sizeBeyondFormat = DiagnosticCode.ofScript(
    288, "size that the format cannot have",
    "The tables of a qcow2 image reach as far as its clusters allow: 2PiB with clusters of 64KiB, which "
      + "every disk has, and 2EiB with clusters of 2MiB. The file system of the pool may hold less: a "
      + "file on ext4 has at most 16TiB.")
  let unfitClusterSize = DiagnosticCode.ofScript(
    289, "unfit cluster size",
    "The clusters of a qcow2 image have a power of two of bytes, from 512B to 2MiB.")
  let exclusiveProperties = DiagnosticCode.ofScript(
    298, "property that needs another",
    "A property has no meaning without another one, or QEMU or libvirt refuses it then: an SRV "
      + "record names both the machine and the port of a service, or neither.")
}

extension DiagnosticCode {
  /// The codes of contradictions between resources.
  static let validation = ValidationCodes()
}
