/// An Ethernet address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
  /// The six bytes as the low 48 bits.
  public let value: UInt64
  /// The address of the low 48 bits of a number.
  public init(value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

  /// Lower-case hexadecimal bytes with colons, as libvirt writes them.
  public var description: String {
    stride(from: 40, through: 0, by: -8).map { shift in
      let byte = String(value >> UInt64(shift) & 255, radix: 16)
      return byte.utf8.count == 1 ? "0" + byte : byte
    }.joined(separator: ":")
  }

  /// Reads six two-digit hexadecimal bytes with `:` or `-` between; nil for anything else.
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

  /// A group address, which no interface can have.
  public var isMulticast: Bool { value >> 40 & 1 == 1 }
}
