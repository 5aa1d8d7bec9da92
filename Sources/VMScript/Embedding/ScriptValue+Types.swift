// The types of the language that Swift has no literal for; a text is read as what it stands for.

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
