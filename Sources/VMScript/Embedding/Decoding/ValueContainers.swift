/// A map, as `Decodable` types read it.
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

/// A list, as `Decodable` types read it.
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

/// One value, as `Decodable` types read it.
struct SingleValue: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool {
    if case .none = decoder.value { true } else { false }
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}
