import OrderedCollections

/// A Swift type that stands for values of the language: what a host defines, what its functions take
/// and give, and what parameters are given as.
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
/// What a property takes as a string, such as a size or an address, may be a string here too.
public protocol ScriptValue: Sendable {
  /// What a value must be, with an article, such as `an int`.
  static var scriptType: String { get }

  /// The value as this type; nil where it does not fit.
  init?(scriptValue value: Value)

  /// This as a value of the language.
  var scriptValue: Value { get }
}

extension Value: ScriptValue {
  /// Any value.
  public static var scriptType: String { "any value" }
  /// The value as it is.
  public init?(scriptValue value: Value) { self = value }
  /// The value as it is.
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
  /// An int, with its limits where they are narrow.
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
  /// A float, or an int as one.
  public init?(scriptValue value: Value) {
    guard let number = value.number else { return nil }
    self = number
  }
  /// The float; what is no number is `none`.
  public var scriptValue: Value { isFinite ? .float(self) : .none }
}

extension Float: ScriptValue {
  /// A number.
  public static var scriptType: String { "a number" }
  /// A float, or an int as one, rounded.
  public init?(scriptValue value: Value) {
    guard let number = value.number else { return nil }
    self = Float(number)
  }
  /// The float; what is no number is `none`.
  public var scriptValue: Value { Double(self).scriptValue }
}

extension String: ScriptValue {
  /// A string.
  public static var scriptType: String { "a string" }
  /// A string; a secret is none, take it as ``SecretText``.
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
  /// What the wrapped type takes.
  public static var scriptType: String { Wrapped.scriptType }
  /// `none`, or what the wrapped type takes.
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
  /// The map, its keys in alphabetical order, for a dictionary has none.
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
  /// The map, its keys in their order.
  public var scriptValue: VMScript.Value { .map(ValueMap(mapValues(\.scriptValue))) }
}
