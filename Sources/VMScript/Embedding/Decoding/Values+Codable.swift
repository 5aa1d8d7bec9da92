// In other formats, such as JSON, these values are encoded as the text that scripts show.

/// A type that formats without an equivalent represent as text.
protocol TextCodable: Codable, CustomStringConvertible {
  init?(_ text: String)
}

extension TextCodable {
  fileprivate init(text decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text) is not a \(Self.self)")
    }
    self = value
  }

  fileprivate func write(text encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension ByteSize: TextCodable {
  /// Reads a text such as `2GiB`.
  public init(from decoder: any Decoder) throws { try self.init(text: decoder) }
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws { try write(text: encoder) }
}

extension IPAddress: TextCodable {
  /// Reads a text such as `10.0.0.1`.
  public init(from decoder: any Decoder) throws { try self.init(text: decoder) }
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws { try write(text: encoder) }
}

extension Subnet: TextCodable {
  /// Reads a text such as `10.0.0.0/24`.
  public init(from decoder: any Decoder) throws { try self.init(text: decoder) }
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws { try write(text: encoder) }
}

extension MACAddress: TextCodable {
  /// Reads a text such as `52:54:00:00:00:01`.
  public init(from decoder: any Decoder) throws { try self.init(text: decoder) }
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws { try write(text: encoder) }
}

extension ValueRange: TextCodable {
  /// Reads a text such as `1...3` or `10.0.0.2...10.0.0.9`; nil for anything else.
  public init?(_ text: String) {
    guard let dots = text.firstRange(of: "...") else { return nil }
    let (first, last) = (String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
    if let first = Int64(first), let last = Int64(last) {
      self = .ints(first: first, last: last)
    } else if let first = IPAddress(first), let last = IPAddress(last) {
      self = .addresses(first: first, last: last)
    } else {
      return nil
    }
  }
  /// Reads a text such as `1...3`.
  public init(from decoder: any Decoder) throws { try self.init(text: decoder) }
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws { try write(text: encoder) }
}

extension SecretText: Decodable {
  /// Decodes a text, which is secret from then on.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
}

extension Value: Decodable {
  /// Decodes any value; from another format than the language's, any JSON value.
  public init(from decoder: any Decoder) throws {
    if let own = decoder as? ValueDecoder {
      self = own.value
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Int64.self) {
      self = .int(number)
    } else if let number = try? container.decode(Double.self) {
      self = .float(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let items = try? container.decode([Value].self) {
      self = .list(items)
    } else {
      self = try container.decode([String: Value].self).scriptValue
    }
  }
}
