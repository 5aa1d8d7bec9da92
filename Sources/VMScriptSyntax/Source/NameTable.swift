/// A name as a small number: equal names have equal numbers within one ``NameTable``.
public struct Name: Hashable, Sendable {
  /// The position of its text in the table.
  public let index: UInt32
  /// The name of a known number.
  public init(index: UInt32) { self.index = index }
}

/// The interned identifiers of a program, shared by all of its trees.
///
/// An open hash table over the bytes of the names: a lookup creates no string. Both directions take
/// constant time on average.
public struct NameTable: Sendable {
  /// The text of each name, in the order of first occurrence.
  public private(set) var texts: [String] = []
  /// The bytes of all names, one after another, and the end of each.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// The name numbers by hash; `vacant` for none. The count is a power of two.
  private var slots = [UInt32](repeating: vacant, count: 64)
  private static let vacant = UInt32.max

  /// Creates a table without names.
  public init() {}

  /// Returns the number of `text`, new or known.
  public mutating func intern(_ text: String) -> Name {
    let utf8 = Array(text.utf8)
    return intern(utf8, utf8.indices)
  }

  /// Returns the number of the name in `range` of `source`, new or known.
  public mutating func intern(_ source: [UInt8], _ range: Range<Int>) -> Name {
    let hash = Self.hash(source, range)
    let slot = self.slot(of: source, range, hash)
    if slots[slot] != Self.vacant { return Name(index: slots[slot]) }
    let number = UInt32(texts.count)
    slots[slot] = number
    texts.append(String(decoding: source[range], as: UTF8.self))
    bytes.append(contentsOf: source[range])
    ends.append(bytes.count)
    hashes.append(hash)
    if texts.count * 2 > slots.count { grow() }
    return Name(index: number)
  }

  /// Returns the number of `text` if it was ever interned.
  public func find(_ text: String) -> Name? {
    let utf8 = Array(text.utf8)
    let number = slots[slot(of: utf8, utf8.indices, Self.hash(utf8, utf8.indices))]
    return number == Self.vacant ? nil : Name(index: number)
  }

  /// The text of a name of this table.
  public subscript(name: Name) -> String { texts[Int(name.index)] }

  /// Returns the slot that holds this name, or the vacant one where it belongs.
  private func slot(of source: [UInt8], _ range: Range<Int>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != Self.vacant {
      let number = Int(slots[slot])
      if hashes[number] == hash, isName(number, equalTo: source, range) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func isName(_ number: Int, equalTo source: [UInt8], _ range: Range<Int>) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    guard ends[number] - start == range.count else { return false }
    for position in 0..<range.count
    where bytes[start + position] != source[range.lowerBound + position] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [UInt32](repeating: Self.vacant, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != Self.vacant { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number)
    }
  }

  /// FNV-1a, with its high bits folded into the low ones that choose the slot.
  private static func hash(_ source: [UInt8], _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for offset in range { hash = (hash ^ UInt64(source[offset])) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
