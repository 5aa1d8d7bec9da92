import VMScriptSyntax

extension Evaluator {
  mutating func evaluateUnary(_ id: NodeID, _ node: Node) throws -> Value {
    let operand = code.child(0, of: node)
    if node.data == Operator.not.rawValue {
      let value = try evaluate(operand)
      if case .unknown = value { return value }
      guard case .bool(let flag) = value else {
        throw Diagnostic.notABool(value, at: code.span(operand))
      }
      return .bool(!flag)
    }
    switch try evaluate(operand) {
    case .int(let number):
      guard number != .min else { throw Diagnostic.overflow(at: code.span(id)) }
      return .int(-number)
    case .float(let number): return .float(-number)
    case .size(let size) where size.bytes != .min: return .size(ByteSize(bytes: -size.bytes))
    case .duration(let duration): return .duration(.zero - duration)
    case .unknown(let origin): return .unknown(origin)
    case let other: throw Diagnostic.operand("-", other, at: code.span(id))
    }
  }

  mutating func evaluateBinary(_ id: NodeID, _ node: Node) throws -> Value {
    let leftNode = code.child(0, of: node)
    let rightNode = code.child(1, of: node)
    guard let symbol = Operator(rawValue: node.data) else { throw AlreadyReported() }
    let left = try evaluateOperand(leftNode)
    switch symbol {
    case .and, .or:
      if case .unknown = left { return left }
      guard case .bool(let flag) = left else {
        throw Diagnostic.notABool(left, at: code.span(leftNode))
      }
      if flag == (symbol == .or) { return left }
      let right = try evaluate(rightNode)
      switch right {
      case .bool, .unknown: return right
      default: throw Diagnostic.notABool(right, at: code.span(rightNode))
      }
    case .coalesce:
      if case .none = left { return try evaluate(rightNode) }
      return left
    default:
      let right = try evaluateOperand(rightNode)
      if case .int(let a) = left, case .int(let b) = right { return try integers(symbol, a, b, id) }
      return try combine(symbol, left, right, id)
    }
  }

  /// The value of an operand; variables and literals, which most are, take no further call.
  @inline(__always)
  private mutating func evaluateOperand(_ id: NodeID) throws -> Value {
    if trace == nil {
      let node = code[id]
      if node.kind == .intLiteral { return code.literals[Int(node.data)] }
      if node.kind == .name, case .local(let slot) = code.target(of: id) {
        return stack[base + Int(slot)]
      }
    }
    return try evaluate(id)
  }

  @inline(__always)
  private mutating func checked(
    _ result: (partialValue: Int64, overflow: Bool), _ id: NodeID
  ) throws -> Int64 {
    if result.overflow { throw Diagnostic.overflow(at: code.span(id)) }
    return result.partialValue
  }

  mutating func integers(_ symbol: Operator, _ a: Int64, _ b: Int64, _ id: NodeID) throws -> Value {
    switch symbol {
    case .add: return .int(try checked(a.addingReportingOverflow(b), id))
    case .subtract: return .int(try checked(a.subtractingReportingOverflow(b), id))
    case .multiply: return .int(try checked(a.multipliedReportingOverflow(by: b), id))
    case .divide, .remainder:
      if b == 0 { throw Diagnostic.divisionByZero(at: code.span(id)) }
      if symbol == .divide { return .int(try checked(a.dividedReportingOverflow(by: b), id)) }
      return .int(b == -1 ? 0 : a % b)
    case .equal: return .bool(a == b)
    case .notEqual: return .bool(a != b)
    case .less: return .bool(a < b)
    case .lessOrEqual: return .bool(a <= b)
    case .greater: return .bool(a > b)
    case .greaterOrEqual: return .bool(a >= b)
    case .closedRange: return .range(.ints(first: a, last: b))
    case .halfOpenRange: return .range(a < b ? .ints(first: a, last: b - 1) : .empty)
    default: throw Diagnostic.operands(symbol.symbol, .int(a), .int(b), at: code.span(id))
    }
  }

  mutating func combine(_ symbol: Operator, _ left: Value, _ right: Value, _ id: NodeID) throws
    -> Value
  {
    if case .int(let a) = left, case .int(let b) = right { return try integers(symbol, a, b, id) }
    if case .unknown = left { return left }
    if case .unknown = right { return right }
    switch symbol {
    case .equal, .notEqual:
      guard let areEqual = try areEqual(left, right, at: id) else {
        return .unknown(.part)
      }
      return .bool(areEqual == (symbol == .equal))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let isLess = left.precedes(right), let isMore = right.precedes(left) else { break }
      switch symbol {
      case .less: return .bool(isLess)
      case .lessOrEqual: return .bool(!isMore)
      case .greater: return .bool(isMore)
      default: return .bool(!isLess)
      }
    case .contained:
      if let result = try contained(left, in: right, at: id) { return result }
    case .closedRange, .halfOpenRange:
      if case .ip(let a) = left, case .ip(let b) = right {
        if symbol == .closedRange { return .range(.addresses(first: a, last: b)) }
        guard a < b, let last = b.advanced(by: -1) else { return .range(.empty) }
        return .range(.addresses(first: a, last: last))
      }
    default:
      return try arithmetic(symbol, left, right, id)
    }
    throw Diagnostic.operands(symbol.symbol, left, right, at: code.span(id))
  }
}
