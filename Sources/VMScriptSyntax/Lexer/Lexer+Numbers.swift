extension Lexer {
  /// A number, with the unit that follows it, or an IPv4 address, or a subnet.
  mutating func scanNumber() {
    let start = offset
    if bytes[offset] == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") {
      offset += 2
      return scanHexadecimal(start)
    }
    scanDigits()
    var dots = 0
    while peek() == Byte.dot, peek(1).isDigit {
      offset += 1
      dots += 1
      scanDigits()
    }
    switch dots {
    case 0, 1: scanUnit(numberStart: start, else: dots == 0 ? .integer : .float)
    case 3: scanAddressTail(start)
    default: rejectNumber(.malformedAddress, start)
    }
  }

  private mutating func scanDigits() {
    while peek().isDigit || peek() == Byte.underscore { offset += 1 }
  }

  private mutating func scanHexadecimal(_ start: Int) {
    let digits = offset
    while peek().hexDigitValue != nil || peek() == Byte.underscore { offset += 1 }
    guard offset > digits, !peek().isIdentifierByte else {
      return rejectNumber(.malformedNumber, start)
    }
    emit(.integer, from: start)
  }

  private mutating func scanAddressTail(_ start: Int) {
    guard peek() == Byte.slash, peek(1).isDigit else {
      return peek().isLetter
        ? rejectNumber(.malformedAddress, start) : emit(.address, from: start)
    }
    offset += 1
    while peek().isDigit { offset += 1 }
    if peek().isLetter {
      rejectNumber(.malformedAddress, start)
    } else {
      emit(.subnet, from: start)
    }
  }

  /// - Parameter plain: what the number is without a unit.
  private mutating func scanUnit(numberStart start: Int, else plain: TokenKind) {
    let unitStart = offset
    scanIdentifierTail()
    if offset == unitStart { return emit(plain, from: start) }
    switch Unit(bytes: bytes[unitStart..<offset]) {
    case .size: emit(.size, from: start)
    case .duration: emit(.duration, from: start)
    case nil:
      report(
        .unknownUnit(String(decoding: bytes[unitStart..<offset], as: UTF8.self)),
        unitStart..<offset)
      emit(.invalid, from: start)
    }
  }

  /// Takes the whole run of what may have been meant as one number.
  private mutating func rejectNumber(_ problem: LexicalError.Problem, _ start: Int) {
    while peek().isIdentifierByte || peek() == Byte.dot && peek(1).isDigit { offset += 1 }
    report(problem, start..<offset)
    emit(.invalid, from: start)
  }
}
