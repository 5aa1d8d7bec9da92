extension Value: Equatable {
  /// Equality of the language: by content; an int equals the float of the same number; functions
  /// are never equal.
  public static func == (a: Value, b: Value) -> Bool {
    var count = 0
    return areEqual(a, b, counting: &count)
  }

  /// - Parameter count: grows by the members and bytes that are compared.
  static func areEqual(_ a: Value, _ b: Value, counting count: inout Int) -> Bool {
    count &+= min(a.extent, b.extent)
    return switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.int(let a), .float(let b)), (.float(let b), .int(let a)): Double(a) == b
    case (.string(let a), .string(let b)): ExactText.areEqual(a, b)
    case (.secret(let a), .secret(let b)): a == b
    case (.secret(let a), .string(let b)), (.string(let b), .secret(let a)):
      ExactText.areEqual(a.revealed, b)
    case (.size(let a), .size(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.ip(let a), .ip(let b)): a == b
    case (.cidr(let a), .cidr(let b)): a == b
    case (.mac(let a), .mac(let b)): a == b
    case (.list(let a), .list(let b)): areEqual(a, b, counting: &count)
    case (.map(let a), .map(let b)): areEqual(a, b, counting: &count)
    case (.range(let a), .range(let b)): a == b || (a.count == 0 && b.count == 0)
    case (.resource(let a), .resource(let b)): a.kind == b.kind && a.name == b.name
    default: false
    }
  }

  private static func areEqual(_ a: [Value], _ b: [Value], counting count: inout Int) -> Bool {
    guard a.count == b.count else { return false }
    for (one, other) in zip(a, b) where !areEqual(one, other, counting: &count) { return false }
    return true
  }

  private static func areEqual(
    _ a: ValueMap, _ b: ValueMap,
    counting count: inout Int
  ) -> Bool {
    guard a.count == b.count else { return false }
    for (key, value) in a {
      guard let other = b[key], areEqual(value, other, counting: &count) else { return false }
    }
    return true
  }
}
