/// A size or a duration in the notation of literals, for texts that are read as one.
public enum Quantity: Sendable, Equatable {
  /// Bytes.
  case size(Int64)
  /// Milliseconds.
  case duration(Int64)

  /// Reads `512MiB`, `1.5h` and the like exactly as literals are read. The result is nil for
  /// anything else, and for a value that is not whole or does not fit in 64 bits.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    // No number with a unit is longer; a long text need not be tokenized.
    guard bytes.count <= 64, bytes.first?.isDigit ?? false else { return nil }
    let lexer = Lexer.run(bytes)
    guard lexer.errors.isEmpty, lexer.tokens.count == 2, lexer.tokens[0].range == bytes.indices,
      [.size, .duration].contains(lexer.tokens[0].kind),
      case .success(let bits) = NumberReader.quantity(bytes[...])
    else { return nil }
    let value = Int64(bitPattern: bits)
    self = lexer.tokens[0].kind == .size ? .size(value) : .duration(value)
  }
}

/// A unit after a number, with its factor.
enum Unit {
  /// Bytes.
  case size(UInt64)
  /// Milliseconds.
  case duration(UInt64)

  /// All units as they are written, in the order in which help texts list them.
  static let all: [(text: String, unit: Unit)] = [
    ("B", .size(1)),
    ("KiB", .size(1 << 10)), ("MiB", .size(1 << 20)), ("GiB", .size(1 << 30)),
    ("TiB", .size(1 << 40)), ("PiB", .size(1 << 50)), ("EiB", .size(1 << 60)),
    ("KB", .size(1_000)), ("kB", .size(1_000)), ("MB", .size(1_000_000)),
    ("GB", .size(1_000_000_000)), ("TB", .size(1_000_000_000_000)),
    ("PB", .size(1_000_000_000_000_000)), ("EB", .size(1_000_000_000_000_000_000)),
    ("K", .size(1 << 10)), ("M", .size(1 << 20)), ("G", .size(1 << 30)), ("T", .size(1 << 40)),
    ("P", .size(1 << 50)), ("E", .size(1 << 60)),
    ("ms", .duration(1)), ("s", .duration(1_000)), ("m", .duration(60_000)),
    ("h", .duration(3_600_000)),
  ]

  init?(bytes: ArraySlice<UInt8>) {
    guard
      let known = Self.all.first(where: { entry in
        entry.text.utf8.elementsEqual(bytes)
      })
    else { return nil }
    self = known.unit
  }
}

/// The reason why a well-formed number has no value.
struct NumberProblem: Error {
  var problem: LexicalError.Problem
}

/// The values of numeric literals, as the bit patterns in ``Tree/literals``.
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

  /// Reads a number with a unit as bytes or milliseconds; the result is exact, never rounded.
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

  /// Reads a decimal number of one to three digits without leading zeros.
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
