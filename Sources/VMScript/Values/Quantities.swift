import VMScriptSyntax

/// A whole number of bytes, such as `512MiB`.
public struct ByteSize: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of bytes.
  public var bytes: Int64
  /// Creates a size of a number of bytes.
  public init(bytes: Int64) { self.bytes = bytes }

  /// Returns a multiple of 1024 bytes.
  public static func kib(_ count: Int64) -> ByteSize { .scaled(count, 1 << 10) }
  /// Returns a multiple of 1024² bytes.
  public static func mib(_ count: Int64) -> ByteSize { .scaled(count, 1 << 20) }
  /// Returns a multiple of 1024³ bytes.
  public static func gib(_ count: Int64) -> ByteSize { .scaled(count, 1 << 30) }

  /// Returns a multiple of a unit; the largest size if the result does not fit in 64 bits.
  private static func scaled(_ count: Int64, _ unit: Int64) -> ByteSize {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
    return ByteSize(bytes: overflow ? (count < 0 ? .min : .max) : bytes)
  }

  /// Returns whether `a` has fewer bytes.
  public static func < (a: ByteSize, b: ByteSize) -> Bool { a.bytes < b.bytes }

  /// The units from the largest to the smallest; a size is printed in the first one that divides
  /// it.
  static let units: [(suffix: String, bytes: Int64)] = [
    ("EiB", 1 << 60), ("EB", 1_000_000_000_000_000_000),
    ("PiB", 1 << 50), ("PB", 1_000_000_000_000_000),
    ("TiB", 1 << 40), ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30), ("GB", 1_000_000_000),
    ("MiB", 1 << 20), ("MB", 1_000_000),
    ("KiB", 1 << 10), ("KB", 1_000),
    ("B", 1),
  ]

  /// The size in its largest whole unit: `42GiB`, `500MB`, `17B`.
  public var description: String {
    for (suffix, unit) in Self.units where bytes != 0 && bytes % unit == 0 {
      return "\(bytes / unit)\(suffix)"
    }
    return "\(bytes)B"
  }

  /// Reads `512MiB`, `20G` (powers of 1024, as in qemu-img), `500MB` or `1.5GiB`; nil for anything
  /// else, for an overflow of 64 bits, and for parts of a byte.
  public init?(_ text: String) {
    guard case .size(let bytes)? = Quantity(text) else { return nil }
    self.bytes = bytes
  }
}

/// The sizes of disks.
extension ByteSize {
  /// The unit of the sizes of disks: 1 MiB.
  ///
  /// libvirt counts some sizes in KiB, QEMU in sectors of 512 bytes, and a disk without a cache in
  /// sectors of up to 4 KiB. A multiple of this unit is the same size for all of them.
  public static let diskUnit = ByteSize.mib(1)

  /// The actual size of a disk that is declared with this size: rounded up to whole MiB.
  public var wholeDisk: ByteSize {
    let unit = Self.diskUnit.bytes
    let (padded, overflow) = bytes.addingReportingOverflow(unit - 1)
    return ByteSize(bytes: (overflow ? .max : padded) / unit * unit)
  }
}

extension Duration {
  /// The duration in whole milliseconds, the finest unit of the language.
  public var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// The duration in its largest whole unit: `2h`, `90s`, `1500ms`.
  public var scriptDescription: String {
    let milliseconds = wholeMilliseconds
    for (suffix, unit) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)]
    where milliseconds != 0 && milliseconds % unit == 0 {
      return "\(milliseconds / unit)\(suffix)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// Reads `500ms`, `30s`, `1.5h` and the like; nil for anything else.
  public init?(script text: String) {
    guard case .duration(let milliseconds)? = Quantity(text) else { return nil }
    self = .milliseconds(milliseconds)
  }
}

extension Double {
  /// Reads a decimal number, with or without an exponent; nil for anything else, including `inf`,
  /// `nan` and hexadecimal numbers.
  init?(decimal text: String) {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text),
      number.isFinite
    else { return nil }
    self = number
  }
}
