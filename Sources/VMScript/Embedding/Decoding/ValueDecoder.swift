import Foundation
import OrderedCollections

/// Decodes a value of the language into a `Decodable` type.
///
/// Errors are `DecodingError`s with exact paths, so that types may catch them and try something
/// else. ``DecodingReport`` turns the remaining ones into diagnostics.
struct ValueDecoder: Decoder {
  let value: Value
  let codingPath: [any CodingKey]
  let record: DecodingRecord
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let entries) = value else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(
      KeyedValues<Key>(
        entries: entries, codingPath: codingPath, record: record,
        use: record.beginUse(of: entries, at: codingPath)))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let items = value.decodableItems else { throw mismatch([Any].self) }
    return UnkeyedValues(items: items, codingPath: codingPath, record: record)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleValue(decoder: self)
  }

  /// Decodes the value as any type.
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    record.path = codingPath
    if let known = try decodeKnown(type) { return known }
    do { return try type.init(from: self) } catch {
      if let words = Self.words(of: type) { record.choices = words }
      throw error
    }
  }

  func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(type, .init(codingPath: codingPath, debugDescription: ""))
  }

  /// Decodes the value as a type with an equivalent in the language, or one that decodes from its
  /// text; nil for other types.
  private func decodeKnown<T: Decodable>(_ type: T.Type) throws -> T? {
    if let known = type as? any ScriptValue.Type, !(type is any CompositeValue.Type) {
      guard
        let result = known.init(scriptValue: value) ?? known.init(scriptValue: value.plain(known))
      else { throw mismatch(type) }
      return result as? T
    }
    if let ordered = type as? any OrderedEntries.Type { return try ordered.init(from: self) as? T }
    switch type {
    case is URL.Type:
      guard case .string(let text) = value else { throw mismatch(String.self) }
      guard let url = URL(string: text) else { throw unfit("it is not a URL") }
      return url as? T
    case is ClosedRange<Int>.Type:
      guard case .range(.ints(let first, let last)) = value, first <= last else {
        throw mismatch(ValueRange.self)
      }
      return (Int(first)...Int(last)) as? T
    default: return nil
    }
  }

  /// Returns the words of an enumeration whose cases are strings.
  private static func words(of type: Any.Type) -> [String]? {
    func all<Cases: CaseIterable>(_ type: Cases.Type) -> [String] {
      type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
    guard let cases = type as? any CaseIterable.Type else { return nil }
    let words = all(cases)
    return words.isEmpty ? nil : words
  }

  private func unfit(_ reason: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: reason))
  }
}

/// The record of a decoding in progress.
final class DecodingRecord {
  /// The keys that were read from a map.
  final class Use {
    let path: [any CodingKey]
    let keys: [String]
    var asked: Set<String> = []
    /// Whether all keys were read.
    var isWhole = false

    init(path: [any CodingKey], keys: [String]) {
      self.path = path
      self.keys = keys
    }
  }

  /// The path of the last value that was read.
  var path: [any CodingKey] = []
  /// The words of the enumeration that a value did not fit.
  var choices: [String] = []
  private(set) var uses: [Use] = []

  /// Notes that a map is read, possibly again.
  func beginUse(of entries: ValueMap, at path: [any CodingKey]) -> Use {
    let known = uses.last { use in
      use.path.count == path.count
        && zip(use.path, path).allSatisfy { $0.stringValue == $1.stringValue }
    }
    if let known { return known }
    let use = Use(path: path, keys: Array(entries.keys))
    uses.append(use)
    return use
  }
}

/// A key of a map, or a position in a list.
struct ValueKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = "\(intValue)"
    self.intValue = intValue
  }
}

/// A dictionary that keeps the order of a map, unlike its own `Decodable` conformance.
private protocol OrderedEntries {
  init(from decoder: ValueDecoder) throws
}

extension OrderedDictionary: OrderedEntries where Key == String, Value: Decodable {
  fileprivate init(from decoder: ValueDecoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: ValueKey.self)
    for key in container.allKeys {
      self[key.stringValue] = try container.decode(Value.self, forKey: key)
    }
  }
}

/// Types whose parts are decoded one by one, each with its own place.
protocol CompositeValue {}
extension Optional: CompositeValue {}
extension Array: CompositeValue {}
extension Dictionary: CompositeValue {}
extension OrderedDictionary: CompositeValue {}

extension Value {
  /// The elements of a list, or of a finite range.
  fileprivate var decodableItems: [Value]? {
    switch self {
    case .list(let items): items
    case .range(let range) where range.count <= 1 << 20: (0..<range.count).map(range.member)
    default: nil
    }
  }

  /// Returns a size, a duration or an address for a type without an equivalent: bytes, seconds,
  /// text.
  fileprivate func plain(_ type: any ScriptValue.Type) -> Value {
    switch self {
    case .size(let size) where type == Double.self || type is any FixedWidthInteger.Type:
      .int(size.bytes)
    case .duration(let duration) where type == Double.self:
      .float(Double(duration.wholeMilliseconds) / 1_000)
    case .secret(let secret) where type == String.self: .string(secret.revealed)
    case .resource(let reference) where type == String.self: .string(reference.name)
    case .size, .duration, .ip, .cidr, .mac, .range:
      type == String.self ? .string(description) : self
    default: self
    }
  }
}

/// A map for `Decodable` types.
struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let entries: ValueMap
  let codingPath: [any CodingKey]
  let record: DecodingRecord
  let use: DecodingRecord.Use

  var allKeys: [Key] {
    use.isWhole = true
    return entries.keys.compactMap { Key(stringValue: $0) }
  }

  func contains(_ key: Key) -> Bool {
    use.asked.insert(key.stringValue)
    return entries[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    if case .none = try decoder(key).value { true } else { false }
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try decoder(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    ValueDecoder(value: .map(entries), codingPath: codingPath, record: record)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

  private func decoder(_ key: Key) throws -> ValueDecoder {
    use.asked.insert(key.stringValue)
    guard let value = entries[key.stringValue] else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: ""))
    }
    return ValueDecoder(value: value, codingPath: codingPath + [key], record: record)
  }
}

/// A list for `Decodable` types.
struct UnkeyedValues: UnkeyedDecodingContainer {
  let items: [Value]
  let codingPath: [any CodingKey]
  let record: DecodingRecord
  private(set) var currentIndex = 0

  init(items: [Value], codingPath: [any CodingKey], record: DecodingRecord) {
    self.items = items
    self.codingPath = codingPath
    self.record = record
  }

  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  mutating func decodeNil() throws -> Bool {
    guard case .none = try current(Any?.self).value else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let result = try current(type).decode(type)
    currentIndex += 1
    return result
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let result = try current([String: Any].self).container(keyedBy: type)
    currentIndex += 1
    return result
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let result = try current([Any].self).unkeyedContainer()
    currentIndex += 1
    return result
  }

  mutating func superDecoder() throws -> any Decoder {
    let result = try current(Any.self)
    currentIndex += 1
    return result
  }

  private func current(_ type: Any.Type) throws -> ValueDecoder {
    let path = codingPath + [ValueKey(intValue: currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type, .init(codingPath: codingPath, debugDescription: "the list ends too soon"))
    }
    return ValueDecoder(value: items[currentIndex], codingPath: path, record: record)
  }
}

/// One value for `Decodable` types.
struct SingleValue: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool {
    if case .none = decoder.value { true } else { false }
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}
