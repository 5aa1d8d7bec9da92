import OrderedCollections

/// A Swift type that represents values of the language: for a host's definitions, the arguments and
/// results of its functions, and parameters.
///
///     struct Port: ScriptValue {
///       static let scriptType = "a port"
///       let number: Int64
///       init?(scriptValue value: Value) {
///         guard case .int(let number) = value, (1...65_535).contains(number) else { return nil }
///         self.number = number
///       }
///       var scriptValue: Value { .int(number) }
///     }
///
/// A type that properties accept as a string, such as a size or an address, is accepted as a string
/// here too.
public protocol ScriptValue: Sendable {
  /// The expected type of a value, with an article, such as `an int`.
  static var scriptType: String { get }

  /// Converts the value to this type; nil if it does not fit.
  init?(scriptValue value: Value)

  /// The value in the language.
  var scriptValue: Value { get }
}

extension Value: ScriptValue {
  /// Any value.
  public static var scriptType: String { "any value" }
  /// Takes the value unchanged.
  public init?(scriptValue value: Value) { self = value }
  /// The value unchanged.
  public var scriptValue: Value { self }
}

extension Bool: ScriptValue {
  /// A bool.
  public static var scriptType: String { "a bool" }
  /// `true` or `false`.
  public init?(scriptValue value: Value) {
    guard case .bool(let flag) = value else { return nil }
    self = flag
  }
  /// The bool.
  public var scriptValue: Value { .bool(self) }
}

extension ScriptValue where Self: FixedWidthInteger {
  /// An int, with its limits if they are narrow.
  public static var scriptType: String {
    bitWidth < 32 ? "an int of \(Self.min) to \(Self.max)" : "an int"
  }
  /// An int that fits.
  public init?(scriptValue value: Value) {
    guard case .int(let number) = value else { return nil }
    self.init(exactly: number)
  }
  /// The int.
  public var scriptValue: Value { .int(Int64(self)) }
}

extension Int: ScriptValue {}
extension Int64: ScriptValue {}
extension Int32: ScriptValue {}
extension Int16: ScriptValue {}
extension Int8: ScriptValue {}
extension UInt32: ScriptValue {}
extension UInt16: ScriptValue {}
extension UInt8: ScriptValue {}

extension Double: ScriptValue {
  /// A number.
  public static var scriptType: String { "a number" }
  /// A float, or an int converted to one.
  public init?(scriptValue value: Value) {
    guard let number = value.number else { return nil }
    self = number
  }
  /// The float; `none` if it is not finite.
  public var scriptValue: Value { isFinite ? .float(self) : .none }
}

extension Float: ScriptValue {
  /// A number.
  public static var scriptType: String { "a number" }
  /// A float, or an int converted to one, rounded.
  public init?(scriptValue value: Value) {
    guard let number = value.number else { return nil }
    self = Float(number)
  }
  /// The float; `none` if it is not finite.
  public var scriptValue: Value { Double(self).scriptValue }
}

extension String: ScriptValue {
  /// A string.
  public static var scriptType: String { "a string" }
  /// A string, but not a secret; take that as ``SecretText``.
  public init?(scriptValue value: Value) {
    guard case .string(let text) = value else { return nil }
    self = text
  }
  /// The string.
  public var scriptValue: Value { .string(self) }
}

extension SecretText: ScriptValue {
  /// A secret.
  public static var scriptType: String { "a secret" }
  /// A secret, or a string that becomes one.
  public init?(scriptValue value: Value) {
    switch value {
    case .secret(let secret): self = secret
    case .string(let text): self.init(text)
    default: return nil
    }
  }
  /// The secret.
  public var scriptValue: Value { .secret(self) }
}

extension Optional: ScriptValue where Wrapped: ScriptValue {
  /// The type of the wrapped value.
  public static var scriptType: String { Wrapped.scriptType }
  /// `none`, or a value of the wrapped type.
  public init?(scriptValue value: Value) {
    if case .none = value {
      self = .none
    } else {
      guard let wrapped = Wrapped(scriptValue: value) else { return nil }
      self = wrapped
    }
  }
  /// `none` for nil.
  public var scriptValue: Value { self?.scriptValue ?? Value.none }
}

extension Array: ScriptValue where Element: ScriptValue {
  /// A list.
  public static var scriptType: String { "a list, each \(Element.scriptType)" }
  /// A list whose elements all fit.
  public init?(scriptValue value: Value) {
    guard case .list(let items) = value else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(items.count)
    for item in items {
      guard let element = Element(scriptValue: item) else { return nil }
      elements.append(element)
    }
    self = elements
  }
  /// The list.
  public var scriptValue: Value { .list(map(\.scriptValue)) }
}

extension Dictionary: ScriptValue where Key == String, Value: ScriptValue {
  /// A map.
  public static var scriptType: String { "a map, each value \(Value.scriptType)" }
  /// A map whose values all fit.
  public init?(scriptValue value: VMScript.Value) {
    guard let entries = OrderedDictionary<String, Value>(scriptValue: value) else { return nil }
    self.init(entries.map { ($0.key, $0.value) }) { $1 }
  }
  /// The map, with its keys in alphabetical order, because a dictionary has none.
  public var scriptValue: VMScript.Value {
    .map(ValueMap(keys.sorted().map { ($0, self[$0].scriptValue) }))
  }
}

extension OrderedDictionary: ScriptValue where Key == String, Value: ScriptValue {
  /// A map.
  public static var scriptType: String { "a map, each value \(Value.scriptType)" }
  /// A map whose values all fit.
  public init?(scriptValue value: VMScript.Value) {
    guard case .map(let entries) = value else { return nil }
    self.init()
    for (key, value) in entries {
      guard let fit = Value(scriptValue: value) else { return nil }
      self[key] = fit
    }
  }
  /// The map, with its keys in order.
  public var scriptValue: VMScript.Value { .map(ValueMap(mapValues(\.scriptValue))) }
}

// The types of the language without a Swift literal; a string in their notation is accepted too.

extension ByteSize: ScriptValue {
  /// A size.
  public static var scriptType: String { "a size" }
  /// A size, or a string such as `"2GiB"`.
  public init?(scriptValue value: Value) {
    guard case .size(let size)? = ParameterType.size.convert(value) else { return nil }
    self = size
  }
  /// The size.
  public var scriptValue: Value { .size(self) }
}

extension Duration: ScriptValue {
  /// A duration.
  public static var scriptType: String { "a duration" }
  /// A duration, or a string such as `"90s"`.
  public init?(scriptValue value: Value) {
    guard case .duration(let duration)? = ParameterType.duration.convert(value) else { return nil }
    self = duration
  }
  /// The duration in whole milliseconds.
  public var scriptValue: Value { .duration(.milliseconds(wholeMilliseconds)) }
}

extension IPAddress: ScriptValue {
  /// An IPv4 address.
  public static var scriptType: String { "an IPv4 address" }
  /// An address, or a string such as `"10.0.0.1"`.
  public init?(scriptValue value: Value) {
    guard case .ip(let address)? = ParameterType.ip.convert(value) else { return nil }
    self = address
  }
  /// The address.
  public var scriptValue: Value { .ip(self) }
}

extension Subnet: ScriptValue {
  /// An IPv4 network.
  public static var scriptType: String { "a subnet such as 10.0.0.0/24" }
  /// A network, or a string such as `"10.0.0.0/24"`.
  public init?(scriptValue value: Value) {
    guard case .cidr(let subnet)? = ParameterType.cidr.convert(value) else { return nil }
    self = subnet
  }
  /// The network.
  public var scriptValue: Value { .cidr(self) }
}

extension MACAddress: ScriptValue {
  /// A MAC address.
  public static var scriptType: String { "a MAC address" }
  /// An address, or a string such as `"52:54:00:00:00:01"`.
  public init?(scriptValue value: Value) {
    guard case .mac(let address)? = ParameterType.mac.convert(value) else { return nil }
    self = address
  }
  /// The address.
  public var scriptValue: Value { .mac(self) }
}

extension ValueRange: ScriptValue {
  /// A range.
  public static var scriptType: String { "a range such as 1...3" }
  /// A range of ints or addresses.
  public init?(scriptValue value: Value) {
    guard case .range(let range) = value else { return nil }
    self = range
  }
  /// The range.
  public var scriptValue: Value { .range(self) }
}
