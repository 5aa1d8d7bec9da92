import VMScriptSyntax

extension Evaluator {
  mutating func evaluate(_ id: NodeID) throws -> Value {
    if trace != nil { return try evaluateTraced(id) }
    return try evaluateNode(id)
  }

  /// Returns the value of a node, and records it for a `check` if necessary.
  @inline(__always)
  mutating func evaluateNode(_ id: NodeID) throws -> Value {
    let node = code[id]
    switch node.kind {
    case .name: return try read(id, node)
    case .intLiteral, .floatLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral,
      .stringLiteral:
      return code.literals[Int(node.data)]
    case .noneLiteral:
      // A property may have a word `none`.
      if case .word = code.target(of: id) { return .string("none") }
      return .none
    case .trueLiteral: return .bool(true)
    case .falseLiteral: return .bool(false)
    case .binary: return try evaluateBinary(id, node)
    case .unary: return try evaluateUnary(id, node)
    case .conditional:
      let isTrue = try condition(code.child(0, of: node))
      return try evaluate(code.child(isTrue ? 1 : 2, of: node))
    case .call: return try evaluateCall(id, node)
    case .member: return try evaluateMember(id, node)
    case .index: return try evaluateIndex(id, node)
    case .interpolation: return try evaluateInterpolation(id, node)
    case .list: return try evaluateList(id, node)
    case .map: return try evaluateMap(id, node)
    case .comprehension: return try evaluateComprehension(id, node)
    case .lambda: return try makeLambda(id, node)
    case .resource, .clone: return try declareResource(id, node)
    case .verbStatement: return try executeVerb(id, node)
    default: throw AlreadyReported()
    }
  }

  // MARK: Names

  private mutating func read(_ id: NodeID, _ node: Node) throws -> Value {
    switch code.target(of: id) {
    case .local(let slot): return stack[base + Int(slot)]
    case .word: return .string(code.name(node))
    case let target: return try value(of: target, named: id)
    }
  }

  /// Returns the value of a target other than a local slot; `id` is the place of the read.
  mutating func value(of target: Target, named id: NodeID) throws -> Value {
    switch target {
    case .local(let slot): return stack[base + Int(slot)]
    case .global(let slot):
      if let value = globals[Int(slot)] { return value }
      if hasErrors { throw AlreadyReported() }
      throw Diagnostic.notYetDefined(code.globals[Int(slot)], at: code.span(id))
    case .capture(let index): return captured(index)
    case .callee: return callee.map(Value.function) ?? .none
    case .function(let index): return .function(FunctionValue(code: .script(Int(index))))
    case .host(let index): return code.vocabulary.names.values[Int(index)].value
    case .builtin(let index):
      return .function(FunctionValue(code: .builtin(Builtin.functions[Int(index)])))
    case .module(let index): return try moduleValue(Int(index), at: id)
    case .word, .hoists, .none: throw AlreadyReported()
    }
  }

  private mutating func moduleValue(_ index: Int, at id: NodeID) throws -> Value {
    var members: ValueMap = [:]
    let exports = code.modules[index].exports
    try work(exports.count, at: id)
    for export in exports { members[export.name] = try value(of: export.target, named: id) }
    return try made(.map(members), at: id)
  }

  // MARK: Composed values

  private mutating func evaluateInterpolation(_ id: NodeID, _ node: Node) throws -> Value {
    var text = ""
    var isSecret = false
    var unknown: UnknownOrigin?
    for part in code.children(of: node) {
      let value = try evaluate(part)
      if case .unknown(let origin) = value {
        unknown = origin
        continue
      }
      if try holdsUnknown(value, at: id) { unknown = .part }
      let piece = try self.text(value, at: id)
      isSecret = isSecret || piece.isSecret
      try charge(piece.text.utf8.count, at: id)
      text += piece.text
    }
    if let unknown { return .unknown(unknown) }
    return isSecret ? .secret(SecretText(text)) : .string(text)
  }

  private mutating func evaluateList(_ id: NodeID, _ node: Node) throws -> Value {
    var items: [Value] = []
    items.reserveCapacity(Int(node.childCount))
    for element in code.children(of: node) {
      let child = code[element]
      guard child.kind == .spread else {
        items.append(try evaluate(element))
        continue
      }
      let inner = code.child(0, of: child)
      switch try evaluate(inner) {
      case .list(let spread): items += spread
      case .unknown(let origin): return .unknown(origin)
      case let other: throw Diagnostic.cannotSpread(other, into: "list", at: code.span(inner))
      }
    }
    return try made(.list(items), at: id)
  }

  private mutating func evaluateMap(_ id: NodeID, _ node: Node) throws -> Value {
    var entries: ValueMap = [:]
    for entry in code.children(of: node) {
      let child = code[entry]
      let inner = code.child(0, of: child)
      guard child.kind == .mapEntry else {
        switch try evaluate(inner) {
        case .map(let spread): entries.merge(spread) { _, new in new }
        case .unknown(let origin): return .unknown(origin)
        case let other: throw Diagnostic.cannotSpread(other, into: "map", at: code.span(inner))
        }
        continue
      }
      let key = try evaluate(inner)
      if case .unknown(let origin) = key { return .unknown(origin) }
      guard case .string(let text) = key else {
        throw Diagnostic.keyNotString(key, at: code.span(inner))
      }
      entries[text] = try evaluate(code.child(1, of: child))
    }
    return try made(.map(entries), at: id)
  }
}

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

  /// Returns the value of an operand; variables and literals, the common case, need no further
  /// call.
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

extension Evaluator {
  /// Evaluates `+ - * / %` on anything but two ints.
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

  /// Returns a whole size or duration: the nearest int of a float.
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
  /// The bytes of a size, the milliseconds of a duration.
  fileprivate var quantity: Int64? {
    switch self {
    case .size(let size): size.bytes
    case .duration(let duration): duration.wholeMilliseconds
    default: nil
    }
  }

  /// Returns a value of this type with a number of bytes or milliseconds.
  fileprivate func withQuantity(_ number: Value) -> Value {
    guard case .int(let number) = number else { return number }
    if case .size = self { return .size(ByteSize(bytes: number)) }
    return .duration(.milliseconds(number))
  }
}
