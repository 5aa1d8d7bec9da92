import VMScript

/// What planning needs of a network's definition.
struct NetworkFacts {
  /// The IPv4 networks of the `ip` elements, whose size stands as a prefix or as a netmask.
  package let subnets: [Subnet]
  /// The bridge that the network runs itself; nil for one that uses the host's.
  let ownBridge: String?
  /// The addresses that its DHCP server keeps for machines.
  package let entries: [NetworkLease]
  /// Where the stack that made it was run from.
  package let origin: StackOrigin?

  /// Reads the root of a `<network>` document.
  init(_ root: XMLElement) {
    subnets = root.all("ip").compactMap(Self.subnet)
    entries = root.all("ip").flatMap(Self.entries)
    origin = DomainMetadata.mark(in: root).flatMap(StackOrigin.init)
    let modes = ["nat", "route", "open"]
    let runsBridge = root.text(at: "forward/@mode").map(modes.contains) ?? true
    ownBridge = runsBridge ? root.text(at: "bridge/@name") : nil
  }

  private static func entries(of ip: XMLElement) -> [NetworkLease] {
    (ip.first("dhcp")?.all("host") ?? []).compactMap { host in
      guard let mac = host["mac"].flatMap(MACAddress.init),
        let address = host["ip"].flatMap({ IPAddress($0) })
      else { return nil }
      return NetworkLease(mac: mac, ip: address, name: host["name"])
    }
  }

  /// The IPv4 network of an `ip` element; nil for one of IPv6.
  package static func subnet(_ element: XMLElement) -> Subnet? {
    guard let address = element["address"].flatMap(IPAddress.init) else { return nil }
    if let prefix = element["prefix"] {
      guard let prefix = Int(prefix), (0...32).contains(prefix) else { return nil }
      return Subnet(address: address, prefix: prefix)
    }
    guard let mask = element["netmask"].flatMap(IPAddress.init) else { return nil }
    return Subnet(address: address, prefix: mask.value.nonzeroBitCount)
  }
}
