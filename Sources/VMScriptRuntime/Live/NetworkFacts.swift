import VMScript

/// What planning needs of a network's definition.
enum NetworkFacts {
  /// The IPv4 networks of the `ip` elements, whose size stands as a prefix or as a netmask.
  static func subnets(xml: String) throws(MalformedXML) -> [Subnet] {
    try XMLElement.parse(xml, root: "network").all("ip").compactMap(subnet)
  }

  /// The bridge that the network runs itself; nil for one that uses the host's.
  static func ownBridge(xml: String) throws(MalformedXML) -> String? {
    let root = try XMLElement.parse(xml, root: "network")
    let modes = ["nat", "route", "open"]
    guard root.text(at: "forward/@mode").map(modes.contains) ?? true else { return nil }
    return root.text(at: "bridge/@name")
  }

  /// Where the stack that made it was run from.
  static func origin(xml: String) throws(MalformedXML) -> StackOrigin? {
    DomainMetadata.mark(in: try XMLElement.parse(xml, root: "network")).flatMap(StackOrigin.init)
  }

  /// The addresses that its DHCP server keeps for machines.
  static func entries(xml: String) throws(MalformedXML) -> [NetworkLease] {
    try XMLElement.parse(xml, root: "network").all("ip").flatMap { ip in
      (ip.first("dhcp")?.all("host") ?? []).compactMap { host in
        guard let mac = host["mac"].flatMap(MACAddress.init),
          let address = host["ip"].flatMap({ IPAddress($0) })
        else { return nil }
        return NetworkLease(mac: mac, ip: address, name: host["name"])
      }
    }
  }

  /// The IPv4 network of an `ip` element; nil for one of IPv6.
  static func subnet(_ element: XMLElement) -> Subnet? {
    guard let address = element["address"].flatMap(IPAddress.init) else { return nil }
    if let prefix = element["prefix"] {
      guard let prefix = Int(prefix), (0...32).contains(prefix) else { return nil }
      return Subnet(address: address, prefix: prefix)
    }
    guard let mask = element["netmask"].flatMap(IPAddress.init) else { return nil }
    return Subnet(address: address, prefix: mask.value.nonzeroBitCount)
  }
}
