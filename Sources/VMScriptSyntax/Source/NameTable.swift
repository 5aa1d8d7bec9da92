/// A name as a small number: equal names have equal numbers within one ``NameTable``.
public struct Name: Hashable, Sendable {
  public let index: UInt32
  public init(index: UInt32) { self.index = index }
}

/// Interned identifiers of a program; shared by all of its trees.
public struct NameTable: Sendable {
  private var numbers: [String: UInt32] = [:]
  public private(set) var texts: [String] = []

  public init() {}

  /// The number of `text`, new or known.
  public mutating func intern(_ text: String) -> Name {
    if let known = numbers[text] { return Name(index: known) }
    let number = UInt32(texts.count)
    texts.append(text)
    numbers[text] = number
    return Name(index: number)
  }

  /// The number of `text` if it was ever interned.
  public func find(_ text: String) -> Name? { numbers[text].map(Name.init(index:)) }

  public subscript(name: Name) -> String { texts[Int(name.index)] }
}
