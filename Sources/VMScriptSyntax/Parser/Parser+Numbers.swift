extension Parser {
  /// The literal of a number token; a value that does not fit is reported.
  func numericLiteral(_ token: Token) -> NodeID {
    let kind: NodeKind
    let value: Result<UInt64, NumberProblem>
    switch token.kind {
    case .integer: (kind, value) = (.intLiteral, NumberReader.integer(bytes[token.range]))
    case .float: (kind, value) = (.floatLiteral, NumberReader.float(bytes[token.range]))
    case .size: (kind, value) = (.sizeLiteral, NumberReader.quantity(bytes[token.range]))
    case .duration: (kind, value) = (.durationLiteral, NumberReader.quantity(bytes[token.range]))
    case .address: (kind, value) = (.ipLiteral, NumberReader.address(bytes[token.range]))
    default: (kind, value) = (.cidrLiteral, NumberReader.subnet(bytes[token.range]))
    }
    switch value {
    case .success(let bits):
      tree.literals.append(bits)
    case .failure(let failure):
      tree.literals.append(0)
      if !isPanicking { reportLexical(LexicalError(failure.problem, token.range)) }
    }
    return leaf(kind, token, data: UInt32(tree.literals.count - 1))
  }

  /// The lowest int with the `-` before it, without which it would be too large; `nil` if the number
  /// that stands here is another.
  func lowestInteger(_ start: UInt32) -> NodeID? {
    let token = current
    guard at(.integer), !isPanicking,
      case .success(NumberReader.lowest) = NumberReader.integer(
        bytes[token.range], isNegative: true)
    else { return nil }
    advance()
    tree.literals.append(NumberReader.lowest)
    let mark = pending.count
    return finish(.intLiteral, from: start, mark, data: UInt32(tree.literals.count - 1))
  }
}

/// Why a number that is written well has no value.
struct NumberProblem: Error {
  var problem: LexicalError.Problem
}

/// The values of numeric literals, as the bit patterns that ``Tree/literals`` holds.
enum NumberReader {
  typealias Reading = Result<UInt64, NumberProblem>

  /// The lowest int.
  static let lowest = UInt64(bitPattern: Int64.min)

  static func integer(_ text: ArraySlice<UInt8>, isNegative: Bool = false) -> Reading {
    let isHexadecimal = text.dropFirst().first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
    let base: Int64 = isHexadecimal ? 16 : 10
    var value: Int64 = 0
    for byte in isHexadecimal ? text.dropFirst(2) : text {
      guard let digit = byte.hexDigitValue else { continue }
      let (product, overflows) = value.multipliedReportingOverflow(by: base)
      let signed = isNegative ? -Int64(digit) : Int64(digit)
      let (sum, overflowsToo) = product.addingReportingOverflow(signed)
      if overflows || overflowsToo { return failure(.numberTooLarge) }
      value = sum
    }
    return .success(UInt64(bitPattern: value))
  }

  static func float(_ text: ArraySlice<UInt8>) -> Reading {
    let plain = String(decoding: text.filter { $0 != Byte.underscore }, as: UTF8.self)
    guard let value = Double(plain), value.isFinite else { return failure(.numberTooLarge) }
    return .success(value.bitPattern)
  }

  /// A number with a unit, in bytes or milliseconds; exact, never rounded.
  static func quantity(_ text: ArraySlice<UInt8>) -> Reading {
    let number = text.prefix { $0.isDigit || $0 == Byte.underscore || $0 == Byte.dot }
    let factor: UInt64
    let fractionProblem: LexicalError.Problem
    switch Unit(bytes: text[number.endIndex...]) {
    case .size(let bytes): (factor, fractionProblem) = (bytes, .fractionOfByte)
    case .duration(let milliseconds):
      (factor, fractionProblem) = (milliseconds, .fractionOfMillisecond)
    case nil: return failure(.malformedNumber)
    }
    var value: UInt64 = 0
    var divisor: UInt64 = 1
    var isFraction = false
    for byte in number where byte != Byte.underscore {
      if byte == Byte.dot {
        isFraction = true
        continue
      }
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = product.addingReportingOverflow(UInt64(byte & 0x0F))
      let (power, overflowsAsWell) = divisor.multipliedReportingOverflow(by: isFraction ? 10 : 1)
      if overflows || overflowsToo || overflowsAsWell { return failure(.numberTooLarge) }
      (value, divisor) = (sum, power)
    }
    let product = value.multipliedFullWidth(by: factor)
    guard product.high < divisor else { return failure(.numberTooLarge) }
    let (quotient, remainder) = divisor.dividingFullWidth(product)
    if remainder != 0 { return failure(fractionProblem) }
    return quotient <= UInt64(Int64.max) ? .success(quotient) : failure(.numberTooLarge)
  }

  static func address(_ text: ArraySlice<UInt8>) -> Reading {
    var address: UInt64 = 0
    for part in text.split(separator: Byte.dot) {
      guard let value = small(part, upTo: 255) else { return failure(.addressPartTooLarge) }
      address = address << 8 | value
    }
    return .success(address)
  }

  static func subnet(_ text: ArraySlice<UInt8>) -> Reading {
    let slash = text.firstIndex(of: Byte.slash) ?? text.endIndex
    guard let prefix = small(text[slash...].dropFirst(), upTo: 32) else {
      return failure(.prefixTooLarge)
    }
    return address(text[..<slash]).map { $0 << 8 | prefix }
  }

  /// A decimal number of one to three digits, none of them a needless zero.
  private static func small(_ text: ArraySlice<UInt8>, upTo limit: UInt64) -> UInt64? {
    guard text.count <= 3, text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
    guard text.allSatisfy(\.isDigit) else { return nil }
    let value = text.reduce(0) { $0 * 10 + UInt64($1 & 0x0F) }
    return value <= limit ? value : nil
  }

  private static func failure(_ problem: LexicalError.Problem) -> Reading {
    .failure(NumberProblem(problem: problem))
  }
}
