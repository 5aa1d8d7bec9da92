/// An IPv4 address.
public struct IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The address in host order: `10.0.0.1` is `0x0A000001`.
  public let value: UInt32
  /// Creates an address from a number in host order.
  public init(value: UInt32) { self.value = value }

  /// Returns whether `a` comes first in numeric order.
  public static func < (a: IPAddress, b: IPAddress) -> Bool { a.value < b.value }

  /// The dotted decimal notation: `10.0.0.1`.
  public var description: String {
    "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
  }

  /// Reads four decimal numbers of 0 to 255 without leading zeros; nil for anything else.
  public init?(_ text: String) {
    var value: UInt32 = 0
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.utf8.count == 1 || part.utf8.first != 48, let number = UInt32(part), number < 256
      else { return nil }
      value = value << 8 | number
    }
    self.value = value
  }

  /// Returns the address `offset` further; nil if that leaves IPv4.
  public func advanced(by offset: Int64) -> IPAddress? {
    let (sum, overflow) = Int64(value).addingReportingOverflow(offset)
    guard !overflow, let value = UInt32(exactly: sum) else { return nil }
    return IPAddress(value: value)
  }
}

/// An IPv4 network in CIDR notation, such as `10.0.0.0/24`; bits beyond the prefix are zero.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
  /// The network's own address.
  public let base: IPAddress
  /// The length of the prefix, 0 to 32.
  public let prefix: Int

  /// Creates the network of an address; `prefix` is 0 to 32.
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

  /// The CIDR notation: `10.0.0.0/24`.
  public var description: String { "\(base)/\(prefix)" }

  /// The mask of the network: `255.255.255.0` for a `/24`.
  public var netmask: IPAddress { IPAddress(value: Self.mask(prefix)) }

  /// The last address of the network, its broadcast address up to `/30`.
  public var broadcast: IPAddress { IPAddress(value: base.value | ~Self.mask(prefix)) }

  /// The first address for hosts: after the network's own, except for `/31` (RFC 3021) and `/32`.
  public var first: IPAddress { prefix >= 31 ? base : IPAddress(value: base.value + 1) }

  /// The last address for hosts.
  public var last: IPAddress { prefix >= 31 ? broadcast : IPAddress(value: broadcast.value - 1) }

  /// The number of addresses, including the network's own and the broadcast address.
  public var count: Int64 { 1 << Int64(32 - prefix) }

  /// Returns whether the address is in the network.
  public func contains(_ address: IPAddress) -> Bool {
    address.value & Self.mask(prefix) == base.value
  }

  /// Returns whether any address is in both networks.
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

/// An IPv6 address, independent of its spelling.
public struct IPv6Address: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The first eight bytes in network order.
  let high: UInt64
  /// The last eight bytes in network order.
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads groups of hexadecimal digits with at most one `::`; nil for anything else.
  public init?(_ text: String) {
    let halves = text.components(separatedByDoubleColon: "::")
    guard (1...2).contains(halves.count) else { return nil }
    let groups = halves.map { Self.groups($0) }
    guard let first = groups[0], let last = groups.count == 2 ? groups[1] : [] else { return nil }
    let missing = 8 - first.count - last.count
    guard groups.count == 2 ? missing > 0 : missing == 0 else { return nil }
    let all = first + Array(repeating: 0, count: missing) + last
    high = all[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = all[4...].reduce(0) { $0 << 16 | UInt64($1) }
  }

  private static func groups(_ text: String) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let groups = parts.compactMap { part -> UInt16? in
      guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit })
      else { return nil }
      return UInt16(part, radix: 16)
    }
    return groups.count == parts.count && groups.count <= 8 ? groups : nil
  }

  private var groups: [UInt16] {
    [high, low].flatMap { half in
      [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
    }
  }

  /// The notation of RFC 5952: lower case, no leading zeros, the longest run of zeros as `::`.
  public var description: String {
    let groups = groups
    var longest = 0..<0
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > longest.count { longest = start..<end }
      start = max(end, start + 1)
    }
    func text(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard longest.count > 1 else { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
  }

  /// Returns whether `a` comes first in numeric order.
  public static func < (a: IPv6Address, b: IPv6Address) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }

  /// Whether it can be the address of an interface: neither a group address nor the loopback
  /// address.
  var isUnicast: Bool { high >> 56 != 0xFF && !(high == 0 && low <= 1) }
}

/// An IPv6 network in CIDR notation; bits beyond the prefix are zero.
public struct IPv6Subnet: Hashable, Sendable, CustomStringConvertible {
  /// The network's own address.
  public let base: IPv6Address
  /// The length of the prefix, 0 to 128.
  public let prefix: Int

  /// Creates the network of an address; `prefix` is 0 to 128.
  public init(address: IPv6Address, prefix: Int) {
    self.prefix = prefix
    base = IPv6Address(
      high: address.high & Self.mask(prefix), low: address.low & Self.mask(prefix - 64))
  }

  /// Returns the mask of a half with a number of leading ones.
  private static func mask(_ ones: Int) -> UInt64 {
    ones <= 0 ? 0 : ones >= 64 ? .max : UInt64.max << UInt64(64 - ones)
  }

  /// Reads `fd00::/64`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv6Address(String(parts[0])),
      (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let prefix = Int(parts[1]), prefix <= 128
    else { return nil }
    self.init(address: address, prefix: prefix)
  }

  /// The CIDR notation: `fd00::/64`.
  public var description: String { "\(base)/\(prefix)" }

  /// The first address after the network's own, which the host uses.
  public var first: IPv6Address { IPv6Address(high: base.high, low: base.low | 1) }

  /// Returns whether any address is in both networks.
  public func overlaps(_ other: IPv6Subnet) -> Bool {
    let prefix = min(prefix, other.prefix)
    return IPv6Subnet(address: base, prefix: prefix)
      == IPv6Subnet(address: other.base, prefix: prefix)
  }
}

/// An Ethernet address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
  /// The six bytes as the low 48 bits.
  public let value: UInt64
  /// Creates an address from the low 48 bits of a number.
  public init(value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

  /// Lower-case hexadecimal bytes with colons, like libvirt's.
  public var description: String {
    stride(from: 40, through: 0, by: -8).map { shift in
      let byte = String(value >> UInt64(shift) & 255, radix: 16)
      return byte.utf8.count == 1 ? "0" + byte : byte
    }.joined(separator: ":")
  }

  /// Reads six two-digit hexadecimal bytes separated by `:` or `-`; nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count == 17 else { return nil }
    var value: UInt64 = 0
    var separator: UInt8?
    for (position, byte) in text.utf8.enumerated() {
      if position % 3 == 2 {
        guard byte == separator ?? byte, byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-")
        else { return nil }
        separator = byte
      } else {
        guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
        value = value << 4 | UInt64(digit)
      }
    }
    self.value = value
  }

  /// Whether it is a group address, which no interface can have.
  public var isMulticast: Bool { value >> 40 & 1 == 1 }
}
