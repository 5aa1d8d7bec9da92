/// An IPv6 address, the same however it is spelled.
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

  /// As RFC 5952 writes it: lower case, no leading zeros, the longest run of zeros as `::`.
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

  /// Whether `a` comes first in order of number.
  public static func < (a: IPv6Address, b: IPv6Address) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }

  /// Whether it can be the address of one interface in a network: no group's, not the loopback's.
  var isUnicast: Bool { high >> 56 != 0xFF && !(high == 0 && low <= 1) }
}

/// An IPv6 network in CIDR notation; bits beyond the prefix are zero.
public struct IPv6Subnet: Hashable, Sendable, CustomStringConvertible {
  /// The network's own address.
  public let base: IPv6Address
  /// 0 to 128.
  public let prefix: Int

  /// The network that `address` lies in; `prefix` is 0 to 128.
  public init(address: IPv6Address, prefix: Int) {
    self.prefix = prefix
    base = IPv6Address(
      high: address.high & Self.mask(prefix), low: address.low & Self.mask(prefix - 64))
  }

  /// The mask of a half that begins with so many ones.
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

  /// In CIDR notation: `fd00::/64`.
  public var description: String { "\(base)/\(prefix)" }

  /// The first address after the network's own, which the host has.
  public var first: IPv6Address { IPv6Address(high: base.high, low: base.low | 1) }

  /// Whether any address lies in both networks.
  public func overlaps(_ other: IPv6Subnet) -> Bool {
    let prefix = min(prefix, other.prefix)
    return IPv6Subnet(address: base, prefix: prefix)
      == IPv6Subnet(address: other.base, prefix: prefix)
  }
}
