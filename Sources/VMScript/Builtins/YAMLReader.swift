import OrderedCollections
import Yams

/// Why a text is not of the format that it is read as.
public struct MalformedText: Error, Sendable {
  /// What is wrong and where, in a few words.
  public let reason: String
}

/// YAML as values, with the order of keys kept.
struct YAMLReader {
  /// Nodes that may still be made. Aliases repeat what they name: a few lines could stand for more
  /// than any memory holds.
  private var budget: Int

  static func value(_ text: String) throws(MalformedText) -> Value {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      throw MalformedText(reason: brief("\(error)"))
    }
    guard let node else { return .none }
    var reader = YAMLReader(budget: 1000 + 4 * text.utf8.count)
    return try reader.convert(node)
  }

  /// The first lines of a reason, and of each its beginning: some show the whole text.
  private static func brief(_ reason: String) -> String {
    reason.split(separator: "\n", omittingEmptySubsequences: false).prefix(6)
      .map { $0.utf8.count <= 200 ? String($0) : $0.prefix(200) + "…" }.joined(separator: "\n")
  }

  private mutating func convert(_ node: Node) throws(MalformedText) -> Value {
    budget -= 1
    guard budget >= 0 else { throw MalformedText(reason: "its aliases stand for too much") }
    switch node {
    case .scalar(let scalar): return Self.convert(scalar)
    case .sequence(let sequence):
      var items: [Value] = []
      for item in sequence { items.append(try convert(item)) }
      return .list(items)
    case .mapping(let mapping):
      var entries: OrderedDictionary<String, Value> = [:]
      for (key, value) in mapping {
        guard let text = key.scalar?.string else {
          throw MalformedText(reason: "a key is not a string")
        }
        entries[text] = try convert(value)
      }
      return .map(entries)
    case .alias: throw MalformedText(reason: "aliases are not taken")
    }
  }

  private static func convert(_ scalar: Node.Scalar) -> Value {
    let text = scalar.string
    if scalar.style == .doubleQuoted || scalar.style == .singleQuoted || scalar.style == .literal
      || scalar.style == .folded
    {
      return .string(text)
    }
    return plain(text)
  }

  /// Whether a text without quotes is read as a string.
  static func isPlainString(_ text: String) -> Bool {
    guard case .string = plain(text) else { return false }
    // What YAML 1.1 takes for bools, other readers of the text may too.
    return !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
  }

  private static func plain(_ text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .none
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let number = Int64(text) { return .int(number) }
    if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) {
      return .int(number)
    }
    if text.hasPrefix("0o"), let number = Int64(text.dropFirst(2), radix: 8) { return .int(number) }
    if let number = Double(decimal: text) { return .float(number) }
    return .string(text)
  }
}
