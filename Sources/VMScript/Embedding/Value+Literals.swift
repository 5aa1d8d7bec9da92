// Values as Swift writes them: `["replicas": 3, "zones": ["a", "b"], "note": .none]`.

extension Value: ExpressibleByBooleanLiteral {
  /// A bool.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value: ExpressibleByIntegerLiteral {
  /// An int.
  public init(integerLiteral value: Int64) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  /// A float.
  public init(floatLiteral value: Double) { self = .float(value) }
}

extension Value: ExpressibleByStringInterpolation {
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByArrayLiteral {
  /// A list.
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  /// A map in the order of the literal; of a key that stands twice the last value counts.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(ValueMap(elements))
  }
}

extension Value {
  /// Reads a JSON text, the order of its keys kept; whole numbers are ints.
  ///
  ///     let ports = try Value(json: "[80, 443]")
  ///
  /// - Throws: ``MalformedText`` with the place of what is wrong.
  public init(json text: String) throws(MalformedText) { self = try JSONReader.value(text) }
}
