import VMScript

/// An entry of a running network that comes or goes without restarting it.
package struct NetworkEntryChange: Equatable, Sendable {
  package enum Command: Sendable { case delete, addLast }

  /// The parts of a network that libvirt changes while it runs.
  package enum Part: Sendable { case dhcpHost, dhcpRange, dnsHost, dnsText, dnsService }

  package let command: Command
  package let section: Part
  /// The entry's element.
  package let xml: String

  /// The entries that a running network has and shall not have, then those that it lacks.
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

  /// The same for elements that say the same, whatever the order of their attributes.
  private static func canonical(_ element: XMLElement) -> String {
    let attributes = element.attributes.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.key == "mac" ? $0.value.lowercased() : $0.value)" }
    let children = element.children.map(canonical)
    let text = element.children.isEmpty ? element.stringValue : ""
    return ([element.name] + attributes + children + [text]).joined(separator: "\n")
  }
}

extension NetworkEntryChange {
  /// A section of a network whose entries come and go while it runs.
  private struct Section {
    let kind: Part
    let entries: (XMLElement) -> [XMLElement]

    /// The section that a change is made in; nil for one that is made otherwise.
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
      // Beside the definition, and by a start.
      case .autostart, .power: return nil
      // A domain's.
      case .title, .description, .metadata, .memory, .processors, .device, .medium, .throttle,
        .growth:
        return nil
      }
    }
  }
}
