extension Value {
  /// An int or a float as a float.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// Whether this comes before `other`; nil where the two have no order.
  func precedes(_ other: Value) -> Bool? {
    switch (self, other) {
    case (.int(let a), .int(let b)): a < b
    case (.string(let a), .string(let b)): ExactText.precedes(a, b)
    case (.size(let a), .size(let b)): a < b
    case (.duration(let a), .duration(let b)): a < b
    case (.ip(let a), .ip(let b)): a < b
    default:
      if let a = number, let b = other.number { a < b } else { nil }
    }
  }

  /// `self in container`, which is neither a list nor a string; nil where that means nothing.
  func isContained(in container: Value) -> Bool? {
    switch (self, container) {
    case (.string(let key), .map(let entries)): entries[key] != nil
    case (.int, .range(let range)), (.ip, .range(let range)): range.contains(self)
    case (.ip(let address), .cidr(let subnet)): subnet.contains(address)
    case (.cidr(let inner), .cidr(let outer)):
      inner.prefix >= outer.prefix && outer.contains(inner.base)
    default: nil
    }
  }
}
