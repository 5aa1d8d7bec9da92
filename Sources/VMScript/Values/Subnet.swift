/// An IPv4 network in CIDR notation, such as `10.0.0.0/24`; bits beyond the prefix are zero.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
  /// The network's own address.
  public let base: IPAddress
  /// 0 to 32.
  public let prefix: Int

  /// The network that `address` lies in; `prefix` is 0 to 32.
  public init(address: IPAddress, prefix: Int) {
    self.prefix = prefix
    self.base = IPAddress(value: address.value & Self.mask(prefix))
  }

  private static func mask(_ prefix: Int) -> UInt32 {
    prefix == 0 ? 0 : UInt32.max << UInt32(32 - prefix)
  }

  /// Reads `10.0.0.0/24`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), parts[1].utf8.count <= 2,
      parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let prefix = Int(parts[1]),
      prefix <= 32
    else { return nil }
    self.init(address: address, prefix: prefix)
  }

  /// In CIDR notation: `10.0.0.0/24`.
  public var description: String { "\(base)/\(prefix)" }

  /// `255.255.255.0` for a `/24`.
  public var netmask: IPAddress { IPAddress(value: Self.mask(prefix)) }

  /// The last address of the network, its broadcast address up to `/30`.
  public var broadcast: IPAddress { IPAddress(value: base.value | ~Self.mask(prefix)) }

  /// The first address a host can have: after the network's own, but for `/31` (RFC 3021) and `/32`.
  public var first: IPAddress { prefix >= 31 ? base : IPAddress(value: base.value + 1) }

  /// The last address a host can have.
  public var last: IPAddress { prefix >= 31 ? broadcast : IPAddress(value: broadcast.value - 1) }

  /// Number of addresses, the network's own and broadcast included.
  public var count: Int64 { 1 << Int64(32 - prefix) }

  /// Whether the address lies in the network.
  public func contains(_ address: IPAddress) -> Bool {
    address.value & Self.mask(prefix) == base.value
  }

  /// Whether any address lies in both networks.
  public func overlaps(_ other: Subnet) -> Bool {
    contains(other.base) || other.contains(base)
  }

  /// The address at `index`; negative ones count from the end. Nil outside of the network.
  public subscript(index: Int64) -> IPAddress? {
    let position = index < 0 ? index + count : index
    guard (0..<count).contains(position) else { return nil }
    return base.advanced(by: position)
  }
}
