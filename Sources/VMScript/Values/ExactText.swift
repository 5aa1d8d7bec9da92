/// A text that is compared by its code points, as libvirt and other programs compare names, and not
/// by what it looks like: `é` in one code point and `é` in two are different texts.
public struct ExactText: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
  /// The text itself.
  public let text: String

  /// A text to be compared exactly.
  public init(_ text: String) { self.text = text }
  /// A text to be compared exactly.
  public init(stringLiteral text: String) { self.text = text }

  /// Whether two texts have the same code points.
  public static func == (a: ExactText, b: ExactText) -> Bool { areEqual(a.text, b.text) }

  /// Whether a text comes before another one by its code points.
  public static func < (a: ExactText, b: ExactText) -> Bool { precedes(a.text, b.text) }

  /// Hashes the bytes, eight at a time. Of a long text the standard library's hash is quicker; that
  /// texts of one look have the same one matters little for them.
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

  /// Whether two texts have the same code points.
  static func areEqual(_ a: String, _ b: String) -> Bool {
    // The first two are fast, and settle nearly all cases.
    a.utf8.count == b.utf8.count && a == b && a.utf8.elementsEqual(b.utf8)
  }

  /// Whether `a` comes before `b`; the order of UTF-8 is the order of code points.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
