/// An inclusive run of ints or of addresses; empty where `last < first`.
public enum ValueRange: Hashable, Sendable, CustomStringConvertible {
  /// Ints, both ends among them.
  case ints(first: Int64, last: Int64)
  /// IPv4 addresses, both ends among them.
  case addresses(first: IPAddress, last: IPAddress)
  /// A run of ints with nothing in it, such as `1..<1` at the lowest int.
  case empty

  /// As the language writes it: `1...3`.
  public var description: String {
    switch self {
    case .ints(let first, let last): "\(first)...\(last)"
    case .addresses(let first, let last): "\(first)...\(last)"
    case .empty: "0..<0"
    }
  }

  /// Number of members.
  public var count: Int64 {
    switch self {
    case .ints(let first, let last):
      guard first <= last else { return 0 }
      let (distance, overflow) = last.subtractingReportingOverflow(first)
      return overflow || distance == .max ? .max : distance + 1
    case .addresses(let first, let last):
      return first <= last ? Int64(last.value) - Int64(first.value) + 1 : 0
    case .empty: return 0
    }
  }

  /// The member at `index`, which must be below ``count``.
  public func member(at index: Int64) -> Value {
    switch self {
    case .ints(let first, _): .int(first &+ index)
    case .addresses(let first, _): first.advanced(by: index).map(Value.ip) ?? .none
    case .empty: .none
    }
  }

  /// Whether an int or an address is a member; false for a value of any other type.
  public func contains(_ value: Value) -> Bool {
    switch (self, value) {
    case (.ints(let first, let last), .int(let number)): first <= number && number <= last
    case (.addresses(let first, let last), .ip(let address)): first <= address && address <= last
    default: false
    }
  }
}
