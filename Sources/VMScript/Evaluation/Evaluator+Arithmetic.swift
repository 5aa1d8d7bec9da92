import VMScriptSyntax

extension Evaluator {
  /// `+ - * / %` on anything but two ints.
  mutating func arithmetic(
    _ symbol: Operator, _ left: Value, _ right: Value, _ id: NodeID
  ) throws -> Value {
    if let a = left.number, let b = right.number { return try floats(symbol, a, b, id) }
    switch (symbol, left, right) {
    case (.add, .string(let a), .string(let b)):
      try charge(a.utf8.count + b.utf8.count, at: id)
      return .string(a + b)
    case (.add, .secret(let a), .string(let b)): return .secret(SecretText(a.revealed + b))
    case (.add, .string(let a), .secret(let b)): return .secret(SecretText(a + b.revealed))
    case (.add, .secret(let a), .secret(let b)): return .secret(SecretText(a.revealed + b.revealed))
    case (.add, .list(let a), .list(let b)):
      try charge((a.count + b.count) * MemoryLayout<Value>.stride, at: id)
      return .list(a + b)
    case (.add, .ip(let a), .int(let b)), (.add, .int(let b), .ip(let a)):
      guard let sum = a.advanced(by: b) else { throw Diagnostic.overflow(at: code.span(id)) }
      return .ip(sum)
    case (.subtract, .ip(let a), .int(let b)):
      guard b != .min, let sum = a.advanced(by: -b) else {
        throw Diagnostic.overflow(at: code.span(id))
      }
      return .ip(sum)
    case (.subtract, .ip(let a), .ip(let b)): return .int(Int64(a.value) - Int64(b.value))
    case (.multiply, .size(let a), .float(let b)), (.multiply, .float(let b), .size(let a)):
      guard let bytes = Int64(exactly: (Double(a.bytes) * b).rounded()) else {
        throw Diagnostic.overflow(at: code.span(id))
      }
      return .size(ByteSize(bytes: bytes))
    default: break
    }
    if let a = left.quantity, let b = right.quantity, left.typeName == right.typeName {
      if symbol == .divide {
        guard b != 0 else { throw Diagnostic.divisionByZero(at: code.span(id)) }
        return .float(Double(a) / Double(b))
      }
      if symbol != .multiply { return left.withQuantity(try integers(symbol, a, b, id)) }
    } else if let a = left.quantity, case .int(let b) = right,
      symbol == .multiply || symbol == .divide
    {
      return left.withQuantity(try integers(symbol, a, b, id))
    } else if case .int(let a) = left, let b = right.quantity, symbol == .multiply {
      return right.withQuantity(try integers(symbol, a, b, id))
    }
    throw Diagnostic.operands(symbol.symbol, left, right, at: code.span(id))
  }

  private mutating func floats(_ symbol: Operator, _ a: Double, _ b: Double, _ id: NodeID) throws
    -> Value
  {
    switch symbol {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .divide, .remainder:
      guard b != 0 else { throw Diagnostic.divisionByZero(at: code.span(id)) }
      return .float(symbol == .divide ? a / b : a.truncatingRemainder(dividingBy: b))
    default: throw Diagnostic.operands(symbol.symbol, .float(a), .float(b), at: code.span(id))
    }
  }
}

extension Value {
  /// Bytes of a size, milliseconds of a duration.
  fileprivate var quantity: Int64? {
    switch self {
    case .size(let size): size.bytes
    case .duration(let duration): duration.wholeMilliseconds
    default: nil
    }
  }

  /// A value of this one's type with the bytes or milliseconds that an int gives.
  fileprivate func withQuantity(_ number: Value) -> Value {
    guard case .int(let number) = number else { return number }
    if case .size = self { return .size(ByteSize(bytes: number)) }
    return .duration(.milliseconds(number))
  }
}
