import VMScript
import Yams

/// A value of a cloud-config document.
public indirect enum CloudValue: Hashable, Sendable {
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case list([CloudValue])
  /// In the order that is written.
  case map([Entry])

  /// A key with its value.
  public struct Entry: Hashable, Sendable {
    /// The key, written as a string.
    public let key: String
    /// What stands behind it.
    public let value: CloudValue
    /// Pairs a key with its value.
    public init(_ key: String, _ value: CloudValue) {
      self.key = key
      self.value = value
    }
  }

  /// The YAML tree. Strings are always quoted, so that `no` or `1.0` stay strings.
  var node: Node {
    switch self {
    case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
    case .int(let value): Node(String(value), Tag(.int))
    case .float(let value): Node(YAMLWriter.number(value), Tag(.float))
    case .string(let value): Node(value, Tag(.str), .doubleQuoted)
    case .list(let values): Node(values.map(\.node), Tag(.seq))
    case .map(let entries): Node(entries.map { (Self.key($0.key), $0.value.node) }, Tag(.map))
    }
  }

  /// A key that every reader of YAML takes for this string.
  private static func key(_ text: String) -> Node {
    Node(text, Tag(.str), YAMLWriter.isPlain(text) ? .any : .doubleQuoted)
  }
}
