import Libvirt
import VMScript

/// An entry of a running network that comes or goes without restarting it.
struct NetworkEntryChange: Equatable {
  let command: Network.UpdateCommand
  let section: Network.UpdateSection
  /// The entry's element.
  let xml: String

  /// The entries that a running network has and shall not have, then those that it lacks.
  static func changes(from found: XMLElement, to wanted: XMLElement) -> [NetworkEntryChange] {
    let (gone, new) = sections.map { section, entries in
      (section, difference(entries(found), entries(wanted)))
    }.reduce(into: ([NetworkEntryChange](), [NetworkEntryChange]())) { result, part in
      let (section, (gone, new)) = part
      result.0 += gone.map { NetworkEntryChange(command: .delete, section: section, xml: $0) }
      result.1 += new.map { NetworkEntryChange(command: .addLast, section: section, xml: $0) }
    }
    return gone + new
  }

  private static let sections: [(Network.UpdateSection, @Sendable (XMLElement) -> [XMLElement])] = [
    (.dhcpHost, { dhcp($0, "host") }), (.dhcpRange, { dhcp($0, "range") }),
    (.dnsHost, { $0.first("dns")?.all("host") ?? [] }),
    (.dnsText, { $0.first("dns")?.all("txt") ?? [] }),
    (.dnsService, { $0.first("dns")?.all("srv") ?? [] }),
  ]

  private static func dhcp(_ root: XMLElement, _ name: String) -> [XMLElement] {
    root.all("ip").first { $0["family"] != "ipv6" }?.first("dhcp")?.all(name) ?? []
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
