import VMScriptSyntax

/// The wording of everything that ``Validation`` finds, VM0252 to VM0269.
enum ValidationMessages {
  static func outside(
    _ address: IPAddress, _ property: DeclaredProperty, subnet: Subnet, at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: 252, "\(address) is not in \(subnet)", at: .init(property.span, "outside the subnet"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("take an address from \(subnet.first) to \(subnet.last)")])
  }

  static func rangeOutside(
    _ property: DeclaredProperty, subnet: Subnet, at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: 253, "the DHCP range \(property.value) is not a range within \(subnet)",
      at: .init(property.span, "outside the subnet, or last before first"),
      secondary: [.init(other, "the network's subnet")],
      helps: [.init("take a range within \(subnet.first)...\(subnet.last)")])
  }

  static func sameMAC(_ mac: MACAddress, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: 254, "two interfaces have the MAC address \(mac)", at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [
        .init(
          "leave `mac` out: each interface then gets one that is derived from its name; where two "
            + "such meet, declare one")
      ])
  }

  static func groupAddress(_ mac: MACAddress, _ span: Span) -> Diagnostic {
    Diagnostic(
      code: 260, "\(mac) is the address of a group", at: .init(span, "no interface can have it"),
      notes: ["the first byte of an interface's address is even"],
      helps: [.init("leave `mac` out, or begin it with 52:54:00 as QEMU's addresses do")])
  }

  static func sameAddress(_ address: IPAddress, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: 255, "two machines of one network have the address \(address)",
      at: .init(span, "used again"), secondary: [.init(first, "first used here")],
      helps: [.init("give one of them another address")])
  }

  static func overlap(
    _ second: (subnet: Subnet, span: Span), _ first: (subnet: Subnet, span: Span)
  ) -> Diagnostic {
    Diagnostic(
      code: 256, "the subnets \(first.subnet) and \(second.subnet) overlap",
      at: .init(second.span, "overlaps"), secondary: [.init(first.span, "with this one")],
      helps: [.init("give each network a subnet of its own")])
  }

  static func reserved(
    _ address: IPAddress, _ property: DeclaredProperty, as role: String, _ subnet: Subnet,
    at other: Span
  ) -> Diagnostic {
    Diagnostic(
      code: 258, "\(address) is \(role) \(subnet)",
      at: .init(property.span, "no guest can have it"),
      secondary: [.init(other, "because of this")],
      helps: [.init("take another address from \(subnet.first) to \(subnet.last)")])
  }

  static func smallDisk(_ size: DeclaredProperty, image: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: 257, "the disk, \(size.value), is smaller than its image, \(image.value)",
      at: .init(size.span, "too small"), secondary: [.init(image.span, "the image's size")],
      helps: [.init("make it at least \(image.value), or leave `size` out")])
  }

  static func beyondMaximum(_ current: DeclaredProperty, _ maximum: DeclaredProperty?) -> Diagnostic
  {
    Diagnostic(
      code: 259,
      maximum.map { "`current`, \(current.value), is more than `max`, \($0.value)" }
        ?? "`current` needs a `max`",
      at: .init(current.span, maximum == nil ? "of how much?" : "too much"),
      secondary: maximum.map { [.init($0.span, "the maximum")] } ?? [],
      helps: [.init("`max` is the most that the machine may have, `current` what it has of it")])
  }
}

extension Validation {
  /// The codes that ``check(_:)`` gives, for `vmscript explain`.
  public static let explanations: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      252, "address outside the subnet",
      "A fixed address or gateway must lie in its network's subnet, or nothing could reach it."),
    DiagnosticExplanation(
      253, "DHCP range outside the subnet",
      "Both ends of a DHCP range must lie in the network's subnet, the first before the last."),
    DiagnosticExplanation(
      254, "duplicate MAC address",
      "Two interfaces with one MAC address disturb each other on a network. Undeclared addresses "
        + "derive from names and differ."),
    DiagnosticExplanation(
      255, "duplicate address",
      "A network gives each fixed address to one machine. In a loop, compute it from the variable."),
    DiagnosticExplanation(
      256, "overlapping subnets",
      "Two networks of a host with overlapping subnets leave it undecided where a packet goes."),
    DiagnosticExplanation(
      257, "disk smaller than its image",
      "An overlay that is smaller than its image would cut off the image's end."),
    DiagnosticExplanation(
      258, "reserved address",
      "The first address of a subnet names the network, the last all of its guests, and one, the "
        + "gateway, is the host's own. A guest that had one of them could not be reached."),
    DiagnosticExplanation(
      259, "more than the maximum",
      "`max` of memory and processors is fixed while a machine runs; `current` can change up to it."
    ),
    DiagnosticExplanation(
      260, "MAC address of a group",
      "An odd first byte marks an address that many stations listen to (multicast). libvirt refuses "
        + "an interface of such an address."),
    DiagnosticExplanation(
      275, "text that another program reads as something else",
      "The text becomes a part of another program's configuration, such as a line of dnsmasq's. A "
        + "line break, a comma or a comment in it would be read there as something else."),
  ]
}
