import VMScript
import Yams

/// A value of a cloud-config document.
public indirect enum CloudValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case list([CloudValue])
  /// A mapping in the order of the document.
  case map([Entry])

  /// A key with its value.
  public struct Entry: Hashable, Sendable {
    /// The key, written as a string.
    public let key: String
    /// The value.
    public var value: CloudValue
    /// Pairs a key with its value.
    public init(_ key: String, _ value: CloudValue) {
      self.key = key
      self.value = value
    }
  }

  /// Converts a value of a script; secrets are revealed, as the guest needs them.
  init(_ value: Value) {
    switch value {
    case .none: self = .null
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .float(let number): self = .float(number)
    case .secret(let secret): self = .string(secret.revealed)
    case .list(let items): self = .list(items.map(CloudValue.init))
    case .map(let entries): self = .map(entries.map { Entry($0.key, CloudValue($0.value)) })
    default: self = .string(value.description)
    }
  }

  /// The entries of a mapping; nil for any other value.
  var entries: [Entry]? { if case .map(let entries) = self { entries } else { nil } }

  /// The text of a string; nil for any other value.
  var text: String? { if case .string(let text) = self { text } else { nil } }

  /// Returns the value of a key; nil if it is no mapping with this key.
  subscript(key: String) -> CloudValue? { entries?.first { $0.key == key }?.value }

  /// Returns a document merged with another one, whose values win. Mappings are merged, as by the
  /// function `merge` of the language.
  func merged(with other: CloudValue) -> CloudValue {
    guard case .map(var entries) = self, case .map(let others) = other else { return other }
    for other in others {
      if let index = entries.firstIndex(where: { $0.key == other.key }) {
        entries[index].value = entries[index].value.merged(with: other.value)
      } else {
        entries.append(other)
      }
    }
    return .map(entries)
  }

  /// The YAML tree. Strings are always quoted, so that `no` or `1.0` stay strings.
  var node: Node {
    switch self {
    case .null: Node("null", Tag(.null))
    case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
    case .int(let value): Node(String(value), Tag(.int))
    case .float(let value): Node(YAMLWriter.number(value), Tag(.float))
    case .string(let value): Node(value, Tag(.str), .doubleQuoted)
    case .list(let values): Node(values.map(\.node), Tag(.seq))
    case .map(let entries): Node(entries.map { (Self.key($0.key), $0.value.node) }, Tag(.map))
    }
  }

  /// Returns a key that every YAML parser reads as this string.
  private static func key(_ text: String) -> Node {
    Node(text, Tag(.str), YAMLWriter.isPlain(text) ? .any : .doubleQuoted)
  }
}
