import VMScriptSyntax

extension Evaluator {
  /// `+ - * / %` on anything but two ints.
  mutating func arithmetic(
    _ symbol: Operator, _ left: Value, _ right: Value, _ id: NodeID
  ) throws -> Value {
    if let a = left.number, let b = right.number { return .float(try floats(symbol, a, b, id)) }
    switch (symbol, left, right) {
    case (.add, .string(let a), .string(let b)):
      try charge(a.utf8.count + b.utf8.count, at: id)
      return .string(a + b)
    case (.add, .secret, .string), (.add, .string, .secret), (.add, .secret, .secret):
      let (a, b) = (try text(left, at: id).text, try text(right, at: id).text)
      try charge(a.utf8.count + b.utf8.count, at: id)
      return .secret(SecretText(a + b))
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
    default: break
    }
    if case .float(let factor) = right, let a = left.quantity,
      symbol == .multiply || symbol == .divide
    {
      return left.withQuantity(try rounded(try floats(symbol, Double(a), factor, id), id))
    }
    if case .float(let factor) = left, let b = right.quantity, symbol == .multiply {
      return right.withQuantity(try rounded(try floats(symbol, Double(b), factor, id), id))
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

  /// Sizes and durations are whole: of a float the nearest int is taken.
  private mutating func rounded(_ number: Double, _ id: NodeID) throws -> Value {
    guard let whole = Int64(exactly: number.rounded()) else {
      throw Diagnostic.overflow(at: code.span(id))
    }
    return .int(whole)
  }

  private mutating func floats(_ symbol: Operator, _ a: Double, _ b: Double, _ id: NodeID) throws
    -> Double
  {
    let result: Double
    switch symbol {
    case .add: result = a + b
    case .subtract: result = a - b
    case .multiply: result = a * b
    case .divide, .remainder:
      guard b != 0 else { throw Diagnostic.divisionByZero(at: code.span(id)) }
      result = symbol == .divide ? a / b : a.truncatingRemainder(dividingBy: b)
    default: throw Diagnostic.operands(symbol.symbol, .float(a), .float(b), at: code.span(id))
    }
    guard result.isFinite else { throw Diagnostic.overflow(at: code.span(id)) }
    return result
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
