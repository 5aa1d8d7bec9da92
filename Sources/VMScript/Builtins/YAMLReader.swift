import OrderedCollections
import Yams

/// YAML, and JSON as a part of it, as values with the order of keys kept.
enum YAMLReader {
  /// What is wrong with a text.
  struct Problem: Error { let reason: String }

  static func value(_ text: String) throws(Problem) -> Value {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch { throw Problem(reason: "\(error)") }
    guard let node else { return .none }
    return try convert(node)
  }

  private static func convert(_ node: Node) throws(Problem) -> Value {
    switch node {
    case .scalar(let scalar): return convert(scalar)
    case .sequence(let sequence):
      var items: [Value] = []
      for item in sequence { items.append(try convert(item)) }
      return .list(items)
    case .mapping(let mapping):
      var entries: OrderedDictionary<String, Value> = [:]
      for (key, value) in mapping {
        guard let text = key.scalar?.string else { throw Problem(reason: "a key is not a string") }
        entries[text] = try convert(value)
      }
      return .map(entries)
    case .alias: throw Problem(reason: "aliases are not taken")
    }
  }

  private static func convert(_ scalar: Node.Scalar) -> Value {
    let text = scalar.string
    if scalar.style == .doubleQuoted || scalar.style == .singleQuoted || scalar.style == .literal
      || scalar.style == .folded
    {
      return .string(text)
    }
    switch text {
    case "", "~", "null", "Null", "NULL": return .none
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let number = Int64(text) { return .int(number) }
    if text.first.map({ $0.isNumber || $0 == "-" || $0 == "." }) == true, let number = Double(text),
      number.isFinite
    {
      return .float(number)
    }
    return .string(text)
  }
}
