import OrderedCollections
import VMScript
import VMScriptSyntax

/// What of a network no single row says: forwarding, addresses, leases and names.
struct NetworkShape {
  let body: DeclaredBlock
  let context: XMLContext

  init(_ declaration: Declaration, context: XMLContext) {
    body = declaration.body
    self.context = context
  }

  private var mode: String { body["mode"]?.description ?? "nat" }

  func writeForward(to root: XMLElement) {
    guard mode != "isolated" else { return root.remove("forward") }
    let forward = root.ensure("forward")
    // To libvirt a macvtap network is one of mode bridge that has an interface and no bridge.
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
    if let subnet = body.block("ipv6")?["subnet"]?.description {
      let parts = subnet.split(separator: "/")
      if parts.count == 2 {
        let base = String(parts[0])
        root.add(
          "ip",
          [
            "family": "ipv6", "address": base.hasSuffix("::") ? base + "1" : base,
            "prefix": String(parts[1]),
          ])
      }
    }
    root.remove("route")
    for route in body.blocks("route") {
      guard case .cidr(let to) = route["to"], case .ip(let via) = route["via"] else { continue }
      root.add(
        "route",
        [
          "family": "ipv4", "address": to.base.description, "prefix": String(to.prefix),
          "gateway": via.description,
        ])
    }
  }

  private func writeDHCP(to ip: XMLElement, subnet: Subnet, gateway: IPAddress) {
    if case .bool(false) = body["dhcp"] { return }
    var ends: (first: IPAddress, last: IPAddress)?
    if case .range(.addresses(let first, let last)) = body["dhcp"] {
      ends = (first, last)
    } else if subnet.prefix <= 30 {
      // The gateway's own address is never given out.
      let first = gateway == subnet.first ? subnet.first.advanced(by: 1) : subnet.first
      let last = gateway == subnet.last ? subnet.last.advanced(by: -1) : subnet.last
      if let first, let last, first <= last { ends = (first, last) }
    }
    guard let ends else { return }
    let dhcp = ip.add("dhcp")
    dhcp.add("range", ["start": ends.first.description, "end": ends.last.description])
    for lease in leases {
      let host = dhcp.add("host", ["mac": lease.mac.description])
      if let name = lease.name { host["name"] = name }
      host["ip"] = lease.ip.description
    }
  }

  /// The declared hosts, then those of the interfaces with a fixed address.
  private var leases: [NetworkLease] {
    body.blocks("host").compactMap { host in
      guard case .mac(let mac) = host["mac"], case .ip(let ip) = host["ip"] else { return nil }
      return NetworkLease(mac: mac, ip: ip, name: host.label)
    } + context.leases
  }

  func writeNames(to root: XMLElement) throws(Diagnostic) {
    guard let dns = body.block("dns") else {
      root.remove("dns")
      root.remove("domain")
      return
    }
    try XMLRows.write(dns, to: root)
    if root.first("domain") != nil { root.setText("yes", at: "domain/@localOnly") }
    let names = root.ensure("dns")
    names.remove("txt")
    if case .map(let records) = dns["txt"] {
      for (name, value) in records { names.add("txt", ["name": name, "value": value.description]) }
    }
    names.remove("host")
    // One element for each address: libvirt refuses a second one of the same.
    var byAddress: OrderedDictionary<String, XMLElement> = [:]
    for host in dns.blocks("host") {
      guard let ip = host["ip"]?.description, let label = host.label else { continue }
      let element = byAddress[ip] ?? names.add("host", ["ip": ip])
      byAddress[ip] = element
      element.add("hostname", text: label)
    }
    names.remove("srv")
    for service in dns.blocks("srv") { try XMLRows.write(service, to: names.add("srv")) }
    if names.children.isEmpty { names.detach() }
  }
}
