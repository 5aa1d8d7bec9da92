import VMScriptSyntax

/// The wording of all results of ``Validation``: VM0252 to VM0260, VM0276 to VM0287 and VM0298.
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
          "remove `mac`: each interface then gets an address derived from its name; if two of "
            + "these are equal, declare one")
      ])
  }

  static func groupAddress(_ mac: MACAddress, _ span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.macAddressOfGroup, "\(mac) is a group address",
      at: .init(span, "no interface can have it"),
      notes: ["the first byte of an interface's address is even"],
      helps: [.init("remove `mac`, or begin it with 52:54:00 like QEMU's addresses")])
  }

  static func sameAddress(_ address: IPAddress, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateAddress, "two machines of one network have the address \(address)",
      at: .init(span, "used again"), secondary: [.init(first, "first used here")],
      helps: [.init("change one of the addresses")])
  }

  static func overlap(
    _ second: (subnet: String, span: Span), _ first: (subnet: String, span: Span)
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.overlappingSubnets,
      "the subnets \(first.subnet) and \(second.subnet) overlap",
      at: .init(second.span, "overlaps"), secondary: [.init(first.span, "with this one")],
      helps: [.init("choose a separate subnet for each network")])
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
      "no DHCP server of libvirt assigns \(address.value): \(reason)",
      at: .init(address.span, "the guest would not get it"),
      secondary: other.map { [.init($0, "because of this")] } ?? [],
      helps: [
        .init(
          "put the interface on a `net` with `subnet` and DHCP, or remove `ip` and configure the "
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
      at: .init(span, "`\(entry)` is missing"),
      helps: [.init("add `\(entry) = …`")])
  }

  static func needsSubnet(_ entry: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForMode, "`\(entry)` needs a `subnet`",
      at: .init(span, "`subnet` is missing"),
      helps: [.init("add `subnet = …`")])
  }

  static func notOnInterface(_ property: DeclaredProperty, _ kind: String) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitForInterface,
      "libvirt cannot set `\(property.schema.name)` on \(kind)",
      at: .init(property.span, "not supported here"), helps: [.init("remove it")])
  }

  static func unfitSubnet(_ subnet: String, because reason: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.unfitSubnet, "a network cannot have the subnet \(subnet): \(reason)",
      at: .init(span, "does not fit"),
      helps: [.init("use a private subnet such as 10.10.0.0/24 or \"fd00:10::/64\"")])
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
      code: .validation.rangeOutsideSubnet,
      "the DHCP range contains \(address), \(role) of \(subnet)",
      at: .init(property.span, "no guest can have it"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("choose a range within \(subnet.guestAddresses(gateway: gateway).range)")])
  }

  static func wideRange(_ property: DeclaredProperty, count: Int64) -> Diagnostic {
    Diagnostic(
      code: .validation.dhcpRangeTooLarge, "the DHCP range has \(count) addresses",
      at: .init(property.span, "too large"),
      helps: [
        .init(
          "reduce it to at most \(Subnet.maximumDHCPCount); fixed addresses can be outside of it")
      ])
  }

  static func sameBridge(_ name: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .validation.duplicateBridge, "two networks have the bridge `\(name)`",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("remove `bridge`: each network then gets its own")])
  }

  static func smallDisk(_ size: DeclaredProperty, image: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .validation.diskSmallerThanImage,
      "the disk, \(size.value), is smaller than its image, \(image.value)",
      at: .init(size.span, "too small"), secondary: [.init(image.span, "the image's size")],
      helps: [.init("make it at least \(image.value), or remove `size`")])
  }

  /// - Parameters:
  ///   - limit: the largest size of the format.
  ///   - isImage: whether larger clusters can be declared.
  static func beyondFormat(_ size: DeclaredProperty, limit: ByteSize, isImage: Bool) -> Diagnostic {
    let isRaw = limit == ImageLimits.raw
    let most = ImageLimits.qcow2(clusterSize: ImageLimits.clusterSizes.upperBound)
    var help = "make it at most \(isRaw ? "7EiB" : limit.description)"
    if isImage, !isRaw, limit < most {
      help +=
        ", or declare a larger `cluster_size`: \(ImageLimits.clusterSizes.upperBound) allows \(most)"
    }
    return Diagnostic(
      code: .validation.sizeBeyondFormat,
      isRaw
        ? "no disk can have \(size.value): QEMU addresses less than 8EiB"
        : "a qcow2 image cannot have \(size.value)",
      at: .init(size.span, isRaw ? "too large" : "more than \(limit)"), helps: [.init(help)])
  }

  static func unfitClusterSize(_ property: DeclaredProperty) -> Diagnostic {
    let sizes = ImageLimits.clusterSizes
    return Diagnostic(
      code: .validation.unfitClusterSize, "a qcow2 image cannot have clusters of \(property.value)",
      at: .init(property.span, "no such cluster size"),
      helps: [
        .init(
          "use a power of two from \(sizes.lowerBound) to \(sizes.upperBound), or remove it: "
            + "it defaults to \(ImageLimits.standardClusterSize)")
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
      at: .init(isLater ? b : a, "excludes the other"),
      secondary: [.init(isLater ? a : b, "the other")],
      notes: row.reason.map { [$0] } ?? [],
      helps: [.init(row.help ?? "remove one of them")])
  }

  static func needed(
    _ first: Combination.Term, _ one: DeclaredProperty, _ others: [Combination.Term],
    _ declared: DeclaredProperty?, _ row: Combination
  ) -> Diagnostic {
    let needed = others.map(\.text).joined(separator: " or ")
    return Diagnostic(
      code: .validation.exclusiveProperties, "\(first.text(with: one.value)) needs \(needed)",
      at: .init(one.span, "\(needed) is missing"),
      secondary: declared.map { [.init($0.span, "declared here")] } ?? [],
      notes: row.reason.map { [$0] } ?? [],
      helps: [
        .init(
          row.help
            ?? "add \(others.map(\.entries).joined(separator: " or ")), or remove `\(first.name)`"
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
      helps: [.init("remove the `disk` from `\(domain)`, or remove `moved_from`")])
  }

  static func movedTwice(
    _ disk: String, of domain: String, _ from: DeclaredProperty, first: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .validation.diskThatCannotBeMoved, "the disk `\(disk)` of `\(domain)` is moved twice",
      at: .init(from.span, "moved again"), secondary: [.init(first, "first moved here")],
      helps: [.init("remove one `moved_from`")])
  }

  static func beyondMaximum(_ current: DeclaredProperty, _ maximum: DeclaredProperty?) -> Diagnostic
  {
    Diagnostic(
      code: .validation.moreThanMaximum,
      maximum.map { "`current`, \(current.value), is more than `max`, \($0.value)" }
        ?? "`current` needs a `max`",
      at: .init(current.span, maximum == nil ? "`max` is missing" : "too much"),
      secondary: maximum.map { [.init($0.span, "the maximum")] } ?? [],
      helps: [.init("declare `max` as the maximum and `current` as the part in use")])
  }
}

extension Validation {
  /// The codes that a check can report.
  public static let codes =
    (ValidationCodes.codes + DomainCodes.codes + GuestCodes.codes + PatchCodes.codes
    + MoveCodes.codes).sorted {
      $0.number < $1.number
    }
}

/// The codes of contradictions between resources.
struct ValidationCodes: DiagnosticTable {
  let addressOutsideSubnet = DiagnosticCode.ofScript(
    252, "address outside the subnet",
    "A fixed address or gateway must be in its network's subnet to be reachable.")
  let rangeOutsideSubnet = DiagnosticCode.ofScript(
    253, "DHCP range outside the subnet",
    "Both ends of a DHCP range must be in the network's subnet, the first before the last. "
      + "Neither may be the network's own address or its broadcast address.")
  let duplicateMACAddress = DiagnosticCode.ofScript(
    254, "duplicate MAC address",
    "Two interfaces with the same MAC address disturb each other on a network. Undeclared addresses "
      + "are derived from names and differ.")
  let duplicateAddress = DiagnosticCode.ofScript(
    255, "duplicate address",
    "A network assigns each fixed address to only one machine. In a loop, compute it from the variable."
  )
  let overlappingSubnets = DiagnosticCode.ofScript(
    256, "overlapping subnets",
    "If subnets of a host's networks overlap, the destination of a packet is ambiguous.")
  let diskSmallerThanImage = DiagnosticCode.ofScript(
    257, "disk smaller than its image",
    "An overlay that is smaller than its image would cut off the image's end.")
  let reservedAddress = DiagnosticCode.ofScript(
    258, "reserved address",
    "The first address of a subnet denotes the network, the last one is its broadcast address, and the "
      + "gateway is the host's own. A guest with one of them would be unreachable.")
  let moreThanMaximum = DiagnosticCode.ofScript(
    259, "more than the maximum",
    "`max` of memory and processors is fixed while a machine runs; `current` can change up to it."
  )
  let macAddressOfGroup = DiagnosticCode.ofScript(
    260, "MAC address of a group",
    "An odd first byte marks a multicast address, which many stations listen to. libvirt refuses "
      + "an interface with such an address.")
  let misreadText = DiagnosticCode.ofScript(
    275, "text that another program would misread",
    "The text becomes a part of another program's configuration, such as a line of dnsmasq's. A "
      + "line break, a comma or a comment in it would change its meaning there.")
  let exclusiveAlternatives = DiagnosticCode.ofScript(
    276, "properties that exclude each other",
    "Two properties contradict each other. For example, a disk is an overlay on an `image`, a `source` "
      + "itself, or new with a `size`; an interface is on one network, bridge or device. In other cases, "
      + "QEMU or libvirt refuses the combination.")
  let addressWithoutDHCP = DiagnosticCode.ofScript(
    277, "fixed address without a DHCP server",
    "A fixed `ip` is an entry of the DHCP server that libvirt runs on a network. Without that server, "
      + "the guest would never get the address.")
  let unfitForMode = DiagnosticCode.ofScript(
    278, "entry that the network does not allow",
    "The valid entries of a network depend on its mode: libvirt provides addresses, DHCP and DNS only if "
      + "it runs the bridge itself, and some entries require others.")
  let diskThatCannotBeMoved = DiagnosticCode.ofScript(
    279, "disk that cannot be moved",
    "`moved_from` moves a disk of one domain to another, with its content. The previous domain must "
      + "no longer declare it, and only one domain can receive it.")
  let unfitSubnet = DiagnosticCode.ofScript(
    281, "unfit subnet",
    "A network needs an address for the host and one for a guest, neither of them reserved for "
      + "loopback or groups.")
  let undeclaredNetwork = DiagnosticCode.ofScript(
    282, "network that is not declared",
    "The name is close to that of a declared network. Without that network on the host, the domain "
      + "cannot start.")
  let mtuTooSmallForIPv6 = DiagnosticCode.ofScript(
    283, "MTU too small for IPv6", "IPv6 needs packets of at least 1280 bytes on every network.")
  let duplicateDHCPEntry = DiagnosticCode.ofScript(
    284, "duplicate DHCP entry",
    "A DHCP server identifies machines by MAC address and knows each by one name, so a network has "
      + "only one entry for each.")
  let dhcpRangeTooLarge = DiagnosticCode.ofScript(
    285, "DHCP range too large", "libvirt assigns at most 65,534 addresses on a network.")
  let duplicateBridge = DiagnosticCode.ofScript(
    286, "duplicate bridge", "Two networks of a host cannot use the same bridge.")
  let unfitForInterface = DiagnosticCode.ofScript(
    287, "setting that the interface does not support",
    "libvirt tags packets only if the bridge supports it (Open vSwitch), and leaves the MTU of macvtap "
      + "to the device below it.")
  let sizeBeyondFormat = DiagnosticCode.ofScript(
    288, "size that the format does not support",
    "The clusters of a qcow2 image limit its size: 2PiB with clusters of 64KiB, which "
      + "every disk has, and 2EiB with clusters of 2MiB. The file system of the pool may allow less: a "
      + "file on ext4 has at most 16TiB.")
  let unfitClusterSize = DiagnosticCode.ofScript(
    289, "unfit cluster size",
    "The cluster size of a qcow2 image is a power of two, from 512B to 2MiB.")
  let exclusiveProperties = DiagnosticCode.ofScript(
    298, "property that requires another",
    "A property has no meaning without another one, or QEMU or libvirt refuses it alone. For example, an SRV "
      + "record names both the machine and the port of a service, or neither.")
}

extension DiagnosticCode {
  /// The codes of contradictions between resources.
  static let validation = ValidationCodes()
}
