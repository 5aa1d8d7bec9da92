extension PropertyType {
  /// Converts the value to this type, reading strings in its notation; nil if it does not fit.
  ///
  /// - Parameter registry: distinguishes a name of this script from one of the host.
  func convert(_ value: Value, _ registry: DeclarationRegistry) -> Value? {
    if case .unknown = value { return value }
    switch (self, value) {
    case (.bool, .bool), (.float, .float), (.string, .string), (.string, .secret),
      (.duration, .duration), (.ip, .ip), (.cidr, .cidr), (.mac, .mac),
      (.secret, .secret):
      return value
    case (.path, .string(let text)): return text.isEmpty ? nil : value
    case (.secret, .string(let text)): return .secret(SecretText(text))
    case (.int(let range), .int(let number)): return range.contains(number) ? value : nil
    case (.float, .int(let number)): return .float(Double(number))
    // None of them may be empty or negative.
    case (.size, .size(let size)): return size.bytes > 0 ? value : nil
    case (.size, .string(let text)):
      return ByteSize(text).flatMap { $0.bytes > 0 ? .size($0) : nil }
    case (.duration, .string(let text)): return Duration(script: text).map(Value.duration)
    case (.ip, .string(let text)): return IPAddress(text).map(Value.ip)
    case (.cidr, .string(let text)): return Subnet(text).map(Value.cidr)
    case (.mac, .string(let text)): return MACAddress(text).map(Value.mac)
    case (.uuid, .string(let text)): return Self.isUUID(text) ? .string(text.lowercased()) : nil
    // The normal form, so that equal addresses are equal texts.
    case (.ipv6, .string(let text)): return IPv6Address(text).map { .string($0.description) }
    case (.cidr6, .string(let text)): return IPv6Subnet(text).map { .string($0.description) }
    case (.ipRange, .range(.addresses)): return value
    case (.word(let words), .string(let word)): return words.contains(word) ? value : nil
    case (.list(let element), .list(let items)):
      let converted = items.compactMap { element.convert($0, registry) }
      return converted.count == items.count ? .list(converted) : nil
    case (.map(let element), .map(let entries)):
      let converted = entries.compactMapValues { element.convert($0, registry) }
      return converted.count == entries.count ? .map(converted) : nil
    case (.resource(let kinds), .resource(let reference)):
      return kinds.contains(reference.kind) ? value : nil
    case (.resource(let kinds), .string(let name)):
      guard !name.isEmpty else { return nil }
      let declared = kinds.first { registry.find($0, name) != nil }
      return (declared ?? kinds.first).map { .resource(registry.reference($0, name)) }
    case (.either(let alternatives), _): return Self.either(alternatives, value, registry)
    case (.any, _): return value.isData ? value : nil
    default: return nil
    }
  }

  /// A string is a resource's name only if that is declared or nothing else fits.
  private static func either(
    _ alternatives: [PropertyType], _ value: Value, _ registry: DeclarationRegistry
  ) -> Value? {
    let converted = alternatives.compactMap { $0.convert(value, registry) }
    return converted.first { result in
      guard case .string = value, case .resource(let reference) = result else { return true }
      return reference.isDeclared
    } ?? converted.first
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy {
        $0.utf8.allSatisfy {
          UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 | 32
        }
      }
  }

  /// The expected values, in words.
  var expectation: String {
    switch self {
    case .bool: "true or false"
    case .int(.min ... .max): "an int"
    case .int(let range) where range.lowerBound == range.upperBound: "\(range.lowerBound)"
    case .int(let range):
      range.upperBound == .max
        ? "an int from \(range.lowerBound)" : "an int of \(range.lowerBound) to \(range.upperBound)"
    case .float: "a number"
    case .string: "a string"
    case .path: "a non-empty path"
    case .size: "a size above zero"
    case .duration: "a duration"
    case .ip: "an IPv4 address"
    case .ipv6: "an IPv6 address"
    case .cidr: "a subnet such as 10.0.0.0/24"
    case .cidr6: "an IPv6 subnet such as \"fd00::/64\""
    case .mac: "a MAC address"
    case .uuid: "a UUID"
    case .ipRange: "a range of addresses such as 10.0.0.2...10.0.0.9"
    case .word(let words): "one of \(words.joined(separator: ", "))"
    case .list(let element): "a list, each \(element.expectation)"
    case .map(.any): "a map of JSON values"
    case .map(let element): "a map, each value \(element.expectation)"
    case .resource(let kinds): kinds.map { withArticle($0.rawValue) }.joined(separator: " or ")
    case .either(let alternatives): alternatives.map(\.expectation).joined(separator: " or ")
    case .secret: "a string"
    case .any: "a JSON value"
    }
  }

  /// Returns the likely correction.
  func suggestion(for value: Value) -> String? {
    switch (self, value) {
    case (.size, .int(let number)): "a size needs a unit: write `\(number)GiB` or `\(number)MiB`"
    case (.duration, .int(let number)): "a duration needs a unit: write `\(number)s`"
    case (.either(let alternatives), _):
      alternatives.lazy.compactMap { $0.suggestion(for: value) }.first
    case (.word(let words), .string(let word)): didYouMean(word, words)
    case (.list(.word), .string(let word)): "it takes a list: write `[\(word)]`"
    case (.list, .string): "it takes a list: write `[\(value.excerpt)]`"
    default: nil
    }
  }
}

extension Value {
  /// Whether another program can read the value: text, a number, a truth value, or a list or map of
  /// them.
  fileprivate var isData: Bool {
    switch self {
    case .none, .bool, .int, .float, .string, .secret, .size, .duration, .ip, .cidr, .mac, .unknown:
      true
    case .list(let items): items.allSatisfy(\.isData)
    case .map(let entries): entries.values.allSatisfy(\.isData)
    case .range, .function, .resource: false
    }
  }
}

extension PropertySchema {
  /// Returns a value as a declaration of the row would have it; nil if a script could not declare
  /// it.
  package func accepting(_ value: Value) -> Value? {
    let converted = type.convert(value, DeclarationRegistry(stack: ""))
    return converted.flatMap { obstacle(in: $0) == nil ? $0 : nil }
  }
}
