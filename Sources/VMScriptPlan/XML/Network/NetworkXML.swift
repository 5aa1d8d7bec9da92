import OrderedCollections
import VMScript
import VMScriptSyntax

/// Writes a network's declaration as libvirt XML, and compares both.
public enum NetworkXML {
  /// Returns the XML that defines the network, new or based on its present XML.
  ///
  /// The stack owns the whole network, so blocks that the script no longer has are removed. A
  /// property that it no longer has stays.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold.
  public static func render(
    _ declaration: Declaration, context: XMLContext, onto base: Document?
  ) throws(Diagnostic) -> String {
    let root = declaration.root(onto: base)
    try write(declaration, context, to: root, isNew: base == nil)
    return root.xmlString
  }

  /// - Returns: the effects of patches that the definition did not have.
  @discardableResult
  static func write(
    _ declaration: Declaration, _ context: XMLContext, to root: XMLElement, isNew: Bool
  ) throws(Diagnostic) -> [PropertyDifference] {
    // They read the mark before it is rewritten.
    var patches = try XMLPatches(declaration, on: root)
    patches.undo(in: root)
    root.setText(declaration.name, at: "name")
    root.setText(context.uuid, at: "uuid")
    DomainMetadata(declaration, context: context).write(to: root)
    let shape = NetworkShape(declaration, context: context)
    shape.writeForward(to: root)
    try XMLRows.write(declaration.body, to: root, undeclared: undeclared)
    shape.writeNames(to: root)
    shape.writeAddresses(to: root)
    return try patches.apply(to: root, isNew: isNew)
  }

  /// Returns the declared properties in which a network differs, and the entries that change while
  /// it runs.
  ///
  /// - Parameters:
  ///   - declaration: the declared network.
  ///   - context: the resolved names and storage.
  ///   - definition: its definition.
  ///   - running: the document of the running network, which an interrupted change may have left
  ///     behind; nil for an inactive one.
  /// - Throws: a diagnostic for text that XML cannot hold.
  package static func revision(
    _ declaration: Declaration, context: XMLContext, definition: Document, running: Document? = nil
  ) throws(Diagnostic) -> Revision {
    let found = try compare(declaration, context, with: definition)
    var revision = Revision()
    revision.differences = found.differences
    revision.hasNewSubnet = found.comparison.hasNewSubnet
    guard let running else {
      revision.differences = revision.differences.map {
        $0.with(impact: min($0.impact, .nextStart))
      }
      return revision
    }
    let inMachine = try compare(declaration, context, with: running)
    revision.hasNewSubnet = revision.hasNewSubnet || inMachine.comparison.hasNewSubnet
    for difference in inMachine.differences
    where !revision.differences.contains(where: { $0.path == difference.path }) {
      revision.differences.append(difference)
    }
    revision.entries = NetworkEntryChange.changes(
      from: running.element(), to: found.comparison.wanted)
    return revision
  }

  /// Compares a document with the declaration.
  private static func compare(
    _ declaration: Declaration, _ context: XMLContext, with live: Document
  ) throws(Diagnostic) -> (comparison: NetworkComparison, differences: [PropertyDifference]) {
    let (found, wanted) = (live.element(), live.element())
    let ofPatches = try write(declaration, context, to: wanted, isNew: false)
    let comparison = NetworkComparison(
      found: found, wanted: wanted, declaresDNS: declaration.body.block("dns") != nil)
    // Rows are compared without the changes of patches.
    let ofRows = XMLRows.differences(
      declaration.body, path: [], live: XMLPatches.undoingChanges(of: found, in: live.element()),
      undeclared: undeclared)
    return (comparison, ofRows + comparison.differences() + ofPatches)
  }

  /// Compares the blocks. The stack owns the whole network, so an undeclared block is removed, and
  /// an undeclared property stays.
  private static let undeclared = XMLRows.Undeclared.stays(
    except: Set(Schema.resource(.net).allBlocks.map(\.name)))
}

/// The parts of a network without a single row: forwarding, addresses, leases and names.
struct NetworkShape {
  let body: DeclaredBlock
  let context: XMLContext
  private let name: String

  init(_ declaration: Declaration, context: XMLContext) {
    name = declaration.name
    body = declaration.body
    self.context = context
  }

  private var mode: String { body["mode"]?.description ?? "nat" }

  /// Whether libvirt runs the network's own bridge, rather than connecting guests to one of the
  /// host.
  private var hasOwnBridge: Bool { mode != "bridge" && mode != "macvtap" }

  func writeForward(to root: XMLElement) {
    let hadOwnBridge = root.text(at: "forward/@mode") != "bridge"
    if !hasOwnBridge { ["ip", "route", "mtu", "dns", "domain"].forEach { root.remove($0) } }
    if mode == "macvtap" || (hasOwnBridge && !hadOwnBridge) { root.remove("bridge") }
    // libvirt could choose a name that another network takes at the same time.
    if hasOwnBridge, root.text(at: "bridge/@name") == nil {
      root.setText(Identity.bridge(stack: context.stack, net: name), at: "bridge/@name")
    }
    guard mode != "isolated" else { return root.remove("forward") }
    let forward = root.ensure("forward")
    // In libvirt, a macvtap network has mode bridge, an interface and no bridge.
    forward["mode"] = mode == "macvtap" ? "bridge" : mode
    guard let dev = body["dev"]?.description else { return }
    if mode == "macvtap" {
      forward["dev"] = nil
      forward.remove("interface")
      forward.add("interface", ["dev": dev])
    } else {
      forward["dev"] = dev
    }
  }

  func writeAddresses(to root: XMLElement) {
    if case .cidr(let subnet) = body["subnet"] {
      root.all("ip").filter { $0["family"] != "ipv6" }.forEach { $0.detach() }
      var gateway = subnet.first
      if case .ip(let declared) = body["gateway"] { gateway = declared }
      let ip = root.add(
        "ip", ["address": gateway.description, "netmask": subnet.netmask.description])
      writeDHCP(to: ip, subnet: subnet, gateway: gateway)
    }
    root.all("ip").filter { $0["family"] == "ipv6" }.forEach { $0.detach() }
    if let text = body.block("ipv6")?["subnet"]?.description, let subnet = IPv6Subnet(text) {
      root.add(
        "ip",
        [
          "family": "ipv6", "address": subnet.first.description, "prefix": String(subnet.prefix),
        ])
    }
  }

  private func writeDHCP(to ip: XMLElement, subnet: Subnet, gateway: IPAddress) {
    let range: ClosedRange<IPAddress>? =
      switch body["dhcp"] {
      case .bool(false): nil
      case .range(.addresses(let first, let last)) where first <= last: first...last
      default: subnet.dhcpRange(gateway: gateway)
      }
    // Without a range, the server serves only machines with fixed addresses.
    let leases = leases
    guard range != nil || !leases.isEmpty else { return }
    let dhcp = ip.add("dhcp")
    if let range {
      dhcp.add(
        "range", ["start": range.lowerBound.description, "end": range.upperBound.description])
    }
    for lease in leases {
      let host = dhcp.add("host", ["mac": lease.mac.description])
      if let name = lease.name { host["name"] = name }
      host["ip"] = lease.ip.description
    }
  }

  /// Returns the declared hosts, then those of the interfaces with a fixed address.
  ///
  /// Entries are keyed by MAC address. A machine's name is in one of them, and only if dnsmasq
  /// accepts it: dnsmasq drops a whole entry with an invalid name.
  private var leases: [NetworkLease] {
    let declared = body.blocks("host").compactMap { host -> NetworkLease? in
      guard case .mac(let mac) = host["mac"], case .ip(let ip) = host["ip"] else { return nil }
      return NetworkLease(mac: mac, ip: ip, name: host.label)
    }
    var names: Set<String> = []
    return (declared + context.leases).map { lease in
      guard let name = lease.name, TextFormat.leaseName.obstacle(to: name) == nil,
        names.insert(name.lowercased()).inserted
      else { return NetworkLease(mac: lease.mac, ip: lease.ip) }
      return lease
    }
  }

  func writeNames(to root: XMLElement) {
    guard let dns = body.block("dns") else {
      root.remove("dns")
      root.remove("domain")
      return
    }
    if root.first("domain") != nil { root.setText("yes", at: "domain/@localOnly") }
    let names = root.ensure("dns")
    names.remove("txt")
    if case .map(let records) = dns["txt"] {
      for (name, value) in records { names.add("txt", ["name": name, "value": value.description]) }
    }
    names.remove("host")
    // One element for each address, because libvirt rejects duplicates.
    var byAddress: OrderedDictionary<String, XMLElement> = [:]
    for host in dns.blocks("host") {
      guard let ip = host["ip"]?.description, let label = host.label else { continue }
      let element = byAddress[ip] ?? names.add("host", ["ip": ip])
      byAddress[ip] = element
      element.add("hostname", text: label)
    }
    if names.children.isEmpty { names.detach() }
  }
}
