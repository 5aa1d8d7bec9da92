/// The functions that every script knows.
enum Builtin: String, Sendable, CaseIterable {
  case len, min, max, sum, abs, sorted, reversed, unique, zip, keys, values
  case mapOf = "map_of"
  case range, int, float, string, size, duration, ip, cidr, mac, uuid, type
  case read, lines, env, glob, json, yaml
  case toJSON = "to_json"
  case toYAML = "to_yaml"
  case base64, sha256, join, split, format, secret
  // Look-ups of what the script declared or the host has.
  case image, net, domain

  init?(name: String) { self.init(rawValue: name) }
  var name: String { rawValue }

  /// What a function has to do with, by which the documentation groups them.
  enum Group: String, CaseIterable {
    case collections = "Numbers, lists and maps"
    case types = "Types and identities"
    case outside = "Files and the environment"
    case formats = "Formats and digests"
    case texts = "Texts"
    case resources = "Resources"
  }

  /// The group that it belongs to.
  var group: Group {
    switch self {
    case .len, .min, .max, .sum, .abs, .sorted, .reversed, .unique, .zip, .keys, .values, .mapOf,
      .range:
      .collections
    case .int, .float, .string, .size, .duration, .ip, .cidr, .mac, .uuid, .type: .types
    case .read, .lines, .env, .glob: .outside
    case .json, .yaml, .toJSON, .toYAML, .base64, .sha256: .formats
    case .join, .split, .format, .secret: .texts
    case .image, .net, .domain: .resources
    }
  }

  /// Bytes that are needed for what it makes at once, beside its arguments; what it makes piece by
  /// piece is counted as it is made.
  func room(for arguments: [Value]) -> Int {
    let extent = arguments.first?.extent ?? 0
    let stride = MemoryLayout<Value>.stride
    switch self {
    case .sorted, .reversed, .unique, .keys, .values: return extent * stride
    case .zip: return Swift.min(extent, arguments.last?.extent ?? 0) * 5 * stride
    case .mapOf: return 8 * extent * stride
    case .base64: return 3 * extent
    case .sha256, .json, .yaml: return extent
    case .len, .min, .max, .sum, .abs, .int, .float, .size, .duration, .ip, .cidr, .mac, .uuid,
      .type, .image, .net, .domain:
      return 0
    // Texts grow within their bounds.
    case .string, .secret, .join, .split, .format, .toJSON, .toYAML: return 0
    // Items are counted one by one, and what is read is bounded while it is read.
    case .range, .read, .lines, .env, .glob: return 0
    }
  }

  /// How many arguments it takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .min, .max: 1...Int.max
    case .zip, .split: 2...2
    case .range: 1...3
    case .join: 1...2
    case .format: 1...Int.max
    default: 1...1
    }
  }
}
