import VMScript

/// The notations of values in libvirt's XML that are not those of the language.
enum XMLNotation {
  /// Separates the key and the value of an entry: a character for private use.
  private static let separator: Character = "\u{E000}"

  /// Returns an entry of a map as one text.
  static func entry(_ key: String, _ value: String) -> String { "\(key)\(separator)\(value)" }

  /// Returns the key and the value of an entry.
  static func parts(of entry: String) -> (key: String, value: String) {
    let parts = entry.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
  }

  /// Returns a number in decimal or, after `0x`, in hexadecimal digits; nil for anything else.
  static func number(_ text: String) -> UInt64? {
    text.lowercased().hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }

  /// Returns the number of bytes of a size in libvirt's notation.
  ///
  /// - Parameters:
  ///   - text: the number, in decimal digits.
  ///   - unit: its unit; nil for the default of the place.
  ///   - standard: the number of bytes of the default unit.
  /// - Returns: nil for an unknown unit, and for a size that does not fit in 64 bits.
  static func bytes(_ text: String, unit: String?, standard: Int64) -> Int64? {
    guard let number = Int64(text.filter { !$0.isWhitespace }),
      let scale = unit.map({ units[$0.lowercased()] }) ?? standard
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
    return overflow ? nil : bytes
  }

  /// The numbers of bytes of libvirt's units, by their names in lower case.
  private static let units: [String: Int64] = [
    "b": 1, "byte": 1, "bytes": 1, "kb": 1000, "k": 1 << 10, "kib": 1 << 10, "mb": 1_000_000,
    "m": 1 << 20, "mib": 1 << 20, "gb": 1_000_000_000, "g": 1 << 30, "gib": 1 << 30,
    "tb": 1_000_000_000_000, "t": 1 << 40, "tib": 1 << 40, "pb": 1_000_000_000_000_000,
    "p": 1 << 50, "pib": 1 << 50, "eb": 1_000_000_000_000_000_000, "e": 1 << 60, "eib": 1 << 60,
  ]

  /// Returns a set of numbers as libvirt writes it, such as `0-1,3,8` for `0-3,^2,8`.
  static func cpuset(_ text: String) -> String {
    var numbers: Set<Int> = []
    for part in text.split(separator: ",") {
      let isExcluded = part.hasPrefix("^")
      let ends = (isExcluded ? part.dropFirst() : part).split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last, last - first < 65_536
      else {
        return text
      }
      if isExcluded { numbers.subtract(first...last) } else { numbers.formUnion(first...last) }
    }
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.isEmpty
      ? text
      : ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        .joined(separator: ",")
  }

  /// Returns the vendor and the product of `1d6b:0002`.
  static func usbProduct(_ text: String) -> (vendor: String, product: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map { "0x" + $0.lowercased() }
    return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }

  /// Returns the text of a vendor and a product, such as `1d6b:0002`; nil if one is missing.
  static func usbProduct(vendor: String?, product: String?) -> String? {
    let numbers = [vendor, product].compactMap { $0.flatMap(number) }
    guard numbers.count == 2 else { return nil }
    return numbers.map { PCIAddress.digits(UInt32(clamping: $0), 4) }.joined(separator: ":")
  }

  /// The namespaces of the prefixes in the places of the schema.
  static let namespaces = [
    "libosinfo": "http://libosinfo.org/xmlns/libvirt/domain/1.0",
    "qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
  ]
}

extension XMLElement {
  /// Declares the namespace of the element's prefix, unless one around it does.
  func declareNamespace() {
    let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, namespaceURI == nil, let uri = XMLNotation.namespaces[parts[0]] else {
      return
    }
    self["xmlns:\(parts[0])"] = uri
  }
}

/// The address of a PCI device.
package struct PCIAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The form of the kernel, such as `0000:01:00.0`.
  package let description: String

  /// Reads the kernel's form, with or without the domain; nil for anything else.
  package init?(_ text: String) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2 { parts.insert("0", at: 0) }
    guard parts.count == 3, let last = parts.last?.split(separator: "."), last.count == 2 else {
      return nil
    }
    let numbers = (parts.dropLast() + last).compactMap { UInt32($0, radix: 16) }
    guard numbers.count == 4 else { return nil }
    self.init(numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// Creates an address of its four parts.
  package init(_ domain: UInt32, _ bus: UInt32, _ slot: UInt32, _ function: UInt32) {
    let bus = Self.digits(bus, 2)
    let slot = Self.digits(slot, 2)
    description = "\(Self.digits(domain, 4)):\(bus):\(slot).\(Self.digits(function, 1))"
  }

  /// Reads libvirt's `<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>`.
  package init?(_ element: XMLElement) {
    let numbers = ["domain", "bus", "slot", "function"].map { name -> UInt32? in
      guard let text = element[name] else { return name == "bus" || name == "slot" ? nil : 0 }
      return XMLNotation.number(text).flatMap(UInt32.init(exactly:))
    }
    guard let domain = numbers[0], let bus = numbers[1], let slot = numbers[2],
      let function = numbers[3]
    else { return nil }
    self.init(domain, bus, slot, function)
  }

  /// Writes the address as attributes of an element.
  package func write(to element: XMLElement) {
    let parts = description.split { $0 == ":" || $0 == "." }
    for (name, part) in zip(["domain", "bus", "slot", "function"], parts) {
      element[name] = "0x\(part)"
    }
  }

  /// Returns a number in hexadecimal digits, at least `count` of them.
  package static func digits(_ number: UInt32, _ count: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  package static func < (one: PCIAddress, other: PCIAddress) -> Bool {
    one.description < other.description
  }
}
