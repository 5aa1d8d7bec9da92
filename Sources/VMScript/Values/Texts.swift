/// A text that is compared by its code points, as libvirt and other programs compare names, and not
/// by its look: `é` in one code point and `é` in two are different texts.
public struct ExactText: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
  /// The text itself.
  public let text: String

  /// Creates a text with exact comparison.
  public init(_ text: String) { self.text = text }
  /// Creates a text with exact comparison.
  public init(stringLiteral text: String) { self.text = text }

  /// Returns whether two texts have the same code points.
  public static func == (a: ExactText, b: ExactText) -> Bool { areEqual(a.text, b.text) }

  /// Returns whether a text precedes another one by its code points.
  public static func < (a: ExactText, b: ExactText) -> Bool { precedes(a.text, b.text) }

  /// Hashes the bytes, eight at a time. For a long text the standard library's hash is faster;
  /// equal hashes of texts that look alike hardly matter there.
  public func hash(into hasher: inout Hasher) {
    guard text.utf8.count <= 128 else { return hasher.combine(text) }
    var word: UInt64 = 0
    var count = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      count += 1
      guard count.isMultiple(of: 8) else { continue }
      hasher.combine(word)
      word = 0
    }
    hasher.combine(word)
    hasher.combine(count)
  }

  /// Returns whether two texts have the same code points.
  static func areEqual(_ a: String, _ b: String) -> Bool {
    // The first two comparisons are fast, and decide nearly all cases.
    a.utf8.count == b.utf8.count && a == b && a.utf8.elementsEqual(b.utf8)
  }

  /// Returns whether `a` precedes `b`; the order of UTF-8 is the order of code points.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}

/// A string that must not be shown, such as a password.
///
/// Concatenation and interpolation of secrets produce secrets again, and every output shows
/// ``mask`` in their place.
public struct SecretText: Hashable, Sendable, CustomStringConvertible {
  /// The text that is shown instead.
  public static let mask = "••••••"

  /// The text itself, for passing it to the guest.
  public let revealed: String
  /// Creates a secret from a text.
  public init(_ text: String) { revealed = text }
  /// Returns whether two secrets have the same code points.
  public static func == (a: SecretText, b: SecretText) -> Bool {
    ExactText.areEqual(a.revealed, b.revealed)
  }
  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(revealed)) }
  /// The ``mask``, never the text.
  public var description: String { Self.mask }
}

/// A search for a part of a text by its exact bytes, from left to right. Other languages compare
/// texts in this way; `"\r\n"` contains a `"\n"`.
///
/// Takes time in proportion to both texts (Knuth, Morris and Pratt), in steps between which its
/// caller can stop.
struct TextSearch {
  private let part: [UInt8]
  /// For each prefix of the part, the length of its longest proper prefix that is also its suffix.
  private let borders: [Int]
  private var bytes: String.UTF8View.Iterator
  private var offset = 0
  private var matched = 0
  /// The number of occurrences so far; they do not overlap.
  private(set) var count = 0

  /// Creates a search for a part, which must not be empty.
  init(_ part: String, in text: String) {
    self.part = Array(part.utf8)
    bytes = text.utf8.makeIterator()
    var borders = self.part.isEmpty ? [] : [0]
    borders.reserveCapacity(self.part.count)
    var length = 0
    for byte in self.part.dropFirst() {
      while length > 0, self.part[length] != byte { length = borders[length - 1] }
      if self.part[length] == byte { length += 1 }
      borders.append(length)
    }
    self.borders = borders
  }

  /// Searches a number of further bytes.
  ///
  /// - Parameter found: receives the offset of each occurrence, in UTF-8.
  /// - Returns: whether there are bytes left.
  mutating func advance(_ limit: Int, _ found: (Int) throws -> Void) rethrows -> Bool {
    guard !part.isEmpty else { return false }
    for _ in 0..<limit {
      guard let byte = bytes.next() else { return false }
      while matched > 0, part[matched] != byte { matched = borders[matched - 1] }
      if part[matched] == byte { matched += 1 }
      offset += 1
      guard matched == part.count else { continue }
      matched = 0
      count += 1
      try found(offset - part.count)
    }
    return true
  }
}
