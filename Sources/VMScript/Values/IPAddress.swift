/// An IPv4 address.
public struct IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The address in host order: `10.0.0.1` is `0x0A000001`.
  public let value: UInt32
  /// The address of a number in host order.
  public init(value: UInt32) { self.value = value }

  /// Whether `a` comes first in order of number.
  public static func < (a: IPAddress, b: IPAddress) -> Bool { a.value < b.value }

  /// Dotted decimal: `10.0.0.1`.
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

  /// The address `offset` further; nil where that leaves IPv4.
  public func advanced(by offset: Int64) -> IPAddress? {
    let (sum, overflow) = Int64(value).addingReportingOverflow(offset)
    guard !overflow, let value = UInt32(exactly: sum) else { return nil }
    return IPAddress(value: value)
  }
}
