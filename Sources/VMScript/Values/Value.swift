import VMScriptSyntax

/// A value of the language. Values are immutable and compare by content.
public enum Value: Sendable {
  case none
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case size(ByteSize)
  case duration(Duration)
  case ip(IPAddress)
  case cidr(Subnet)
  case mac(MACAddress)
  case list([Value])
  case map(ValueMap)
  /// Ints (`1...9`) or addresses (`10.0.0.1...10.0.0.9`).
  indirect case range(ValueRange)
  case function(FunctionValue)
  indirect case resource(ResourceReference)
  /// A string that every output masks.
  case secret(SecretText)
  /// Not known before the plan was applied; flows through expressions.
  case unknown(UnknownOrigin)

  /// Whether the value is, or holds, something that is known only after the plan was applied.
  public var isUnknown: Bool {
    switch self {
    case .unknown: true
    case .list(let items): items.contains(where: \.isUnknown)
    case .map(let entries): entries.values.contains(where: \.isUnknown)
    default: false
    }
  }

  /// Whether the value is, or holds, a secret.
  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .list(let items): items.contains(where: \.holdsSecret)
    case .map(let entries): entries.values.contains(where: \.holdsSecret)
    default: false
    }
  }
}
