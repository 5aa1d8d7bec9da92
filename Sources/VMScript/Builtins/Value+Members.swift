extension Value {
  /// What stands behind the value and a dot without a call, by the reference of its type.
  var memberNames: [String] { Reference.type(typeName)?.memberNames ?? [] }

  /// What is called behind the value and a dot, by the reference of its type.
  var methodNames: [String] { Reference.type(typeName)?.methodNames ?? [] }

  /// The value of a member that needs no call; nil if there is none of this name.
  func attribute(_ name: String) -> Value? {
    switch (self, name) {
    case (.string(let text), "count"): return .int(Int64(text.count))
    case (.string(let text), "is_empty"): return .bool(text.isEmpty)
    case (.list(let items), "count"): return .int(Int64(items.count))
    case (.list(let items), "first"): return items.first ?? Value.none
    case (.list(let items), "last"): return items.last ?? Value.none
    case (.list(let items), "is_empty"): return .bool(items.isEmpty)
    case (.map(let entries), "count"): return .int(Int64(entries.count))
    case (.map(let entries), "keys"): return .list(entries.keys.map(Value.string))
    case (.map(let entries), "values"): return .list(Array(entries.values))
    case (.map(let entries), "is_empty"): return .bool(entries.isEmpty)
    case (.range(let range), "count"): return .int(range.count)
    case (.range(let range), "is_empty"): return .bool(range.count == 0)
    case (.range(let range), "first"): return range.count == 0 ? Value.none : range.member(at: 0)
    case (.range(let range), "last"):
      return range.count == 0 ? Value.none : range.member(at: range.count - 1)
    case (.cidr(let subnet), "first"): return .ip(subnet.first)
    case (.cidr(let subnet), "last"): return .ip(subnet.last)
    case (.cidr(let subnet), "prefix"): return .int(Int64(subnet.prefix))
    case (.cidr(let subnet), "netmask"): return .ip(subnet.netmask)
    case (.cidr(let subnet), "network"): return .ip(subnet.base)
    case (.cidr(let subnet), "broadcast"): return .ip(subnet.broadcast)
    case (.cidr(let subnet), "count"): return .int(subnet.count)
    case (.size(let size), "bytes"): return .int(size.bytes)
    case (.size(let size), "kib"): return Self.quotient(size.bytes, 1 << 10)
    case (.size(let size), "mib"): return Self.quotient(size.bytes, 1 << 20)
    case (.size(let size), "gib"): return Self.quotient(size.bytes, 1 << 30)
    case (.size(let size), "tib"): return Self.quotient(size.bytes, 1 << 40)
    case (.duration(let duration), "milliseconds"): return .int(duration.wholeMilliseconds)
    case (.duration(let duration), "seconds"):
      return Self.quotient(duration.wholeMilliseconds, 1000)
    case (.duration(let duration), "minutes"):
      return Self.quotient(duration.wholeMilliseconds, 60_000)
    case (.duration(let duration), "hours"):
      return Self.quotient(duration.wholeMilliseconds, 3_600_000)
    default: return nil
    }
  }

  /// Whole where it divides evenly, otherwise a float.
  private static func quotient(_ number: Int64, _ unit: Int64) -> Value {
    number % unit == 0 ? .int(number / unit) : .float(Double(number) / Double(unit))
  }
}
