import VMScript

/// What planning needs of a network's definition.
enum NetworkFacts {
  /// The IPv4 networks of the `ip` elements, whose size stands as a prefix or as a netmask.
  static func subnets(xml: String) throws(MalformedXML) -> [Subnet] {
    try XMLElement.parse(xml, root: "network").all("ip").compactMap(subnet)
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
