import VMScript

/// Compares the output of ``NetworkShape`` with a live network.
struct NetworkComparison {
  let found: XMLElement
  let wanted: XMLElement
  /// Whether the rows of a `dns` block are compared.
  var declaresDNS = false

  func differences() -> [PropertyDifference] {
    let properties = [
      difference("mode", .restart) { $0.text(at: "forward/@mode") ?? "isolated" },
      difference("dev", .restart) {
        $0.text(at: "forward/interface/@dev") ?? $0.text(at: "forward/@dev")
      },
      subnet ?? gateway,
      difference("ipv6", .restart) { Self.ipv6($0) },
      difference("dhcp", .live) { root in
        Self.dhcp(root)?.first("range").map { "\($0["start"] ?? "")...\($0["end"] ?? "")" }
      },
      // The comparison of rows omits removed blocks.
      difference("dns", .restart) { root in
        guard !declaresDNS, wanted.first("dns") == nil, wanted.first("domain") == nil else {
          return nil
        }
        let servers = (root.first("dns")?.all("forwarder") ?? []).compactMap { $0["addr"] }
        return servers.isEmpty ? root.text(at: "domain/@name") : servers.joined(separator: ", ")
      },
    ]
    return properties.compactMap(\.self) + entries
  }

  /// Whether the subnet of the network differs from the declared one.
  var hasNewSubnet: Bool { Self.subnet(found) != Self.subnet(wanted) }

  private var subnet: PropertyDifference? {
    let (old, new) = (Self.subnet(found), Self.subnet(wanted))
    guard old != new else { return nil }
    return PropertyDifference(
      name: "subnet", from: old.map(Value.cidr), to: new.map(Value.cidr), impact: .restart)
  }

  /// Compares the host's own address if the subnet is unchanged.
  private var gateway: PropertyDifference? {
    difference("gateway", .restart) { root in
      root.all("ip").first { $0["family"] != "ipv6" }?["address"]
    }
  }

  private static func subnet(_ root: XMLElement) -> Subnet? {
    root.all("ip").first { $0["family"] != "ipv6" }.flatMap(NetworkFacts.subnet)
  }

  /// Returns one difference for each entry that is added, removed or changed.
  private var entries: [PropertyDifference] {
    differences("host", .live, of: { Self.dhcp($0)?.all("host") ?? [] }) { host in
      let mac = host["mac"]?.lowercased() ?? ""
      return Entry(
        key: mac, label: host["name"] ?? mac, text: "\(mac) \(host["ip"] ?? "")")
    }
      + differences("dns host", .live, of: { $0.first("dns")?.all("host") ?? [] }) { host in
        let names = host.all("hostname").map(\.stringValue).sorted()
        return Entry(host["ip"], names.joined(separator: ", "))
      }
      + differences("dns txt", .live, of: { $0.first("dns")?.all("txt") ?? [] }) {
        Entry($0["name"], $0["value"])
      }
  }

  /// An entry of an unordered list.
  private struct Entry {
    /// The identity among the entries.
    let key: String
    /// The name in plans.
    let label: String
    let text: String

    init(key: String, label: String, text: String) {
      self.key = key
      self.label = label
      self.text = text
    }

    init(_ key: String?, _ text: String?) {
      self.init(key: key ?? "", label: key ?? "", text: text ?? "")
    }
  }

  private func differences(
    _ name: String, _ impact: Impact, of elements: (XMLElement) -> [XMLElement],
    _ entry: (XMLElement) -> Entry
  ) -> [PropertyDifference] {
    let (old, new) = (elements(found).map(entry), elements(wanted).map(entry))
    let present = Dictionary(old.map { ($0.key, $0) }) { first, _ in first }
    let declared = Dictionary(new.map { ($0.key, $0) }) { first, _ in first }
    return Set(present.keys).union(declared.keys).sorted().compactMap { key in
      let (from, to) = (present[key], declared[key])
      guard from?.text != to?.text || from?.label != to?.label,
        let label = to?.label ?? from?.label
      else { return nil }
      // An entry that differs only in its name shows the names.
      let isRenamed = from?.text == to?.text
      func shown(_ entry: Entry?) -> Value? {
        entry.map { .string(isRenamed ? "\($0.label) \($0.text)" : $0.text) }
      }
      return PropertyDifference(
        name: "\(name) \(label)", from: shown(from), to: shown(to), impact: impact)
    }
  }

  private func difference(
    _ name: String, _ impact: Impact, _ read: (XMLElement) -> String?
  ) -> PropertyDifference? {
    let (old, new) = (read(found), read(wanted))
    guard old != new else { return nil }
    return PropertyDifference(
      name: name, from: old.map(Value.string), to: new.map(Value.string), impact: impact)
  }

  private static func dhcp(_ root: XMLElement) -> XMLElement? {
    root.all("ip").first { $0["family"] != "ipv6" }?.first("dhcp")
  }

  /// Returns the host's own IPv6 address with its prefix, in canonical form.
  private static func ipv6(_ root: XMLElement) -> String? {
    root.all("ip").first { $0["family"] == "ipv6" }.map { ip in
      let address = ip["address"] ?? ""
      return "\(IPv6Address(address)?.description ?? address)/\(ip["prefix"] ?? "")"
    }
  }
}

/// An entry of a running network that is added or removed without a restart.
package struct NetworkEntryChange: Equatable, Sendable {
  package enum Command: Sendable { case delete, addLast }

  /// The parts of a network that libvirt changes while it runs.
  package enum Part: Sendable { case dhcpHost, dhcpRange, dnsHost, dnsText, dnsService }

  package let command: Command
  package let section: Part
  /// The entry's element.
  package let xml: String

  /// Returns the entries to remove from a running network, then those to add.
  package static func changes(from found: XMLElement, to wanted: XMLElement) -> [NetworkEntryChange]
  {
    let changes = Set(Schema.resource(.net).allProperties.compactMap(\.live))
    let sections = LiveChange.allCases.filter(changes.contains).compactMap(Section.init)
    let (gone, new) = sections.map { section in
      (section.kind, difference(section.entries(found), section.entries(wanted)))
    }.reduce(into: ([NetworkEntryChange](), [NetworkEntryChange]())) { result, part in
      let (section, (gone, new)) = part
      result.0 += gone.map { NetworkEntryChange(command: .delete, section: section, xml: $0) }
      result.1 += new.map { NetworkEntryChange(command: .addLast, section: section, xml: $0) }
    }
    return gone + new
  }

  private static func difference(
    _ found: [XMLElement], _ wanted: [XMLElement]
  ) -> (gone: [String], new: [String]) {
    let (present, declared) = (Set(found.map(canonical)), Set(wanted.map(canonical)))
    return (
      found.filter { !declared.contains(canonical($0)) }.map(\.xmlString),
      wanted.filter { !present.contains(canonical($0)) }.map(\.xmlString)
    )
  }

  /// Returns the same text for equal elements, regardless of the order of their attributes.
  private static func canonical(_ element: XMLElement) -> String {
    let attributes = element.attributes.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.key == "mac" ? $0.value.lowercased() : $0.value)" }
    let children = element.children.map(canonical)
    let text = element.children.isEmpty ? element.stringValue : ""
    return ([element.name] + attributes + children + [text]).joined(separator: "\n")
  }
}

extension NetworkEntryChange {
  /// A section of a network whose entries can change while it runs.
  private struct Section {
    let kind: Part
    let entries: (XMLElement) -> [XMLElement]

    /// The section of a change; nil if it is applied otherwise.
    init?(_ change: LiveChange) {
      func dhcp(_ name: String) -> (XMLElement) -> [XMLElement] {
        { $0.all("ip").first { $0["family"] != "ipv6" }?.first("dhcp")?.all(name) ?? [] }
      }
      func dns(_ name: String) -> (XMLElement) -> [XMLElement] {
        { $0.first("dns")?.all(name) ?? [] }
      }
      switch change {
      case .lease: (kind, entries) = (.dhcpHost, dhcp("host"))
      case .dhcpRange: (kind, entries) = (.dhcpRange, dhcp("range"))
      case .dnsHost: (kind, entries) = (.dnsHost, dns("host"))
      case .dnsText: (kind, entries) = (.dnsText, dns("txt"))
      case .dnsService: (kind, entries) = (.dnsService, dns("srv"))
      // Autostart is outside the definition; a start applies the state.
      case .autostart, .power: return nil
      // Only domains have these.
      case .title, .description, .metadata, .memory, .processors, .device, .medium, .throttle,
        .growth:
        return nil
      }
    }
  }
}
