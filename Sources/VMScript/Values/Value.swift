import OrderedCollections
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
  case map(OrderedDictionary<String, Value>)
  /// Ints (`1...9`) or addresses (`10.0.0.1...10.0.0.9`).
  case range(ValueRange)
  case function(FunctionValue)
  case resource(ResourceReference)
  /// A string that every output masks.
  case secret(SecretText)
  /// Not known before the plan was applied; flows through expressions.
  case unknown(UnknownOrigin)
}
