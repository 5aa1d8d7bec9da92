import OrderedCollections

/// The entries of a map, in order. Keys are compared by their code points.
public struct ValueMap: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  private var storage: OrderedDictionary<ExactText, Value> = [:]

  /// Creates a map without entries.
  public init() {}

  /// Creates a map from the entries of a dictionary, in its order.
  public init(_ entries: OrderedDictionary<String, Value>) {
    self.init(entries.map { ($0.key, $0.value) })
  }

  /// Creates a map from entries in order; the last value of a repeated key counts.
  public init(_ entries: some Sequence<(String, Value)>) {
    for (key, value) in entries { self[key] = value }
  }

  /// Creates a map from entries in order; the last value of a repeated key counts.
  public init(dictionaryLiteral entries: (String, Value)...) { self.init(entries) }

  /// The value of a key; nil if there is none. A new key is appended; setting nil removes the
  /// entry.
  public subscript(key: String) -> Value? {
    get { storage[ExactText(key)] }
    set { storage[ExactText(key)] = newValue }
  }

  /// The keys, in order.
  public var keys: [String] { storage.keys.map(\.text) }

  /// The values, in the order of their keys.
  public var values: [Value] { storage.values.elements }

  /// Removes an entry and returns its value.
  @discardableResult
  public mutating func removeValue(forKey key: String) -> Value? {
    storage.removeValue(forKey: ExactText(key))
  }

  /// Adds the entries of another map; `combine` returns the value of a common key.
  public mutating func merge(
    _ other: ValueMap, uniquingKeysWith combine: (_ mine: Value, _ other: Value) -> Value
  ) {
    for (key, value) in other { self[key] = self[key].map { combine($0, value) } ?? value }
  }

  /// Returns a map of the same keys with other values.
  public func mapValues(_ transform: (Value) throws -> Value) rethrows -> ValueMap {
    var result = ValueMap()
    result.storage = try storage.mapValues(transform)
    return result
  }

  /// Returns a map without the entries whose values become nil.
  public func compactMapValues(_ transform: (Value) throws -> Value?) rethrows -> ValueMap {
    var result = ValueMap()
    result.storage = try storage.compactMapValues(transform)
    return result
  }

  /// Returns a map of the entries that `isIncluded` accepts.
  public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> ValueMap {
    var result = ValueMap()
    result.storage = try storage.filter { try isIncluded(($0.key.text, $0.value)) }
    return result
  }
}

extension ValueMap: RandomAccessCollection {
  /// A key and its value.
  public typealias Element = (key: String, value: Value)

  /// The position of the first entry.
  public var startIndex: Int { 0 }
  /// The position after the last entry.
  public var endIndex: Int { storage.count }

  /// The entry at a position.
  public subscript(position: Int) -> Element {
    let entry = storage.elements[position]
    return (entry.key.text, entry.value)
  }
}

/// An inclusive range of ints or addresses; empty if `last < first`.
public enum ValueRange: Hashable, Sendable, CustomStringConvertible {
  /// Ints, including both ends.
  case ints(first: Int64, last: Int64)
  /// IPv4 addresses, including both ends.
  case addresses(first: IPAddress, last: IPAddress)
  /// An empty range of ints, such as `1..<1` at the lowest int.
  case empty

  /// The notation of the language: `1...3`.
  public var description: String {
    switch self {
    case .ints(let first, let last): "\(first)...\(last)"
    case .addresses(let first, let last): "\(first)...\(last)"
    case .empty: "0..<0"
    }
  }

  /// The number of members.
  public var count: Int64 {
    switch self {
    case .ints(let first, let last):
      guard first <= last else { return 0 }
      let (distance, overflow) = last.subtractingReportingOverflow(first)
      return overflow || distance == .max ? .max : distance + 1
    case .addresses(let first, let last):
      return first <= last ? Int64(last.value) - Int64(first.value) + 1 : 0
    case .empty: return 0
    }
  }

  /// Returns the member at `index`, which must be below ``count``.
  public func member(at index: Int64) -> Value {
    switch self {
    case .ints(let first, _): .int(first &+ index)
    case .addresses(let first, _): first.advanced(by: index).map(Value.ip) ?? .none
    case .empty: .none
    }
  }

  /// Returns whether an int or an address is a member; false for a value of any other type.
  public func contains(_ value: Value) -> Bool {
    switch (self, value) {
    case (.ints(let first, let last), .int(let number)): first <= number && number <= last
    case (.addresses(let first, let last), .ip(let address)): first <= address && address <= last
    default: false
    }
  }
}
