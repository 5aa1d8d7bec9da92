/// Reads JSON (RFC 8259) into values. It keeps the order of keys, unlike Foundation's reader.
struct JSONReader {
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  private var budget: ReadingBudget

  private static let maximumDepth = 200

  private init(_ text: String, _ bounds: ReadBounds) {
    bytes = Array(text.utf8)
    budget = ReadingBudget(bounds)
  }

  /// Returns the value of a text.
  ///
  /// - Throws: ``MalformedText``, or ``OutOfBounds`` if the value exceeds the bounds.
  static func value(_ text: String, bounds: ReadBounds) throws -> Value {
    var reader = JSONReader(text, bounds)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.offset == reader.bytes.count else { throw reader.problem("the end of the text") }
    return value
  }

  /// Returns the value of a text of the host itself.
  static func value(_ text: String) throws(MalformedText) -> Value {
    do { return try value(text, bounds: ReadBounds(maximumBytes: .max)) } catch {
      throw error as? MalformedText ?? MalformedText(reason: "it is too large")
    }
  }

  private mutating func value() throws -> Value {
    try budget.takeElement()
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case .some(let byte) where byte.isNumberByte: return try number()
    default: break
    }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .none }
    throw problem("a value")
  }

  private mutating func object() throws -> Value {
    try enter()
    var entries: ValueMap = [:]
    skipSpace()
    if take("}") { return leave(.map(entries)) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw problem("a key in double quotes") }
      let start = offset
      let key = try string()
      try budget.takeEntry(key)
      guard entries[key] == nil else {
        throw MalformedText(
          reason: "the key \(QuotedKey.shown(key)) occurs twice at \(place(start))")
      }
      skipSpace()
      guard take(":") else { throw problem("`:`") }
      entries[key] = try value()
      skipSpace()
    } while take(",")
    guard take("}") else { throw problem("`,` or `}`") }
    return leave(.map(entries))
  }

  private mutating func array() throws -> Value {
    try enter()
    var items: [Value] = []
    skipSpace()
    if take("]") { return leave(.list(items)) }
    repeat {
      items.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw problem("`,` or `]`") }
    return leave(.list(items))
  }

  private mutating func enter() throws(MalformedText) {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw MalformedText(reason: "it is nested more than \(Self.maximumDepth) deep")
    }
    offset += 1
  }

  private mutating func leave(_ value: Value) -> Value {
    depth -= 1
    return value
  }

  /// Reads a number according to RFC 8259: no `+`, no leading zero, digits on both sides of a dot.
  private mutating func number() throws(MalformedText) -> Value {
    let start = offset
    while let byte = peek(), byte.isNumberByte { offset += 1 }
    var rest = bytes[start..<offset]
    func digits() -> Int {
      let count = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    func takes(_ characters: String) -> Bool {
      guard let first = rest.first, characters.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = takes("-")
    let isZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    let hasFraction = takes(".")
    let fraction = hasFraction ? digits() : 1
    let hasExponent = takes("eE")
    if hasExponent { _ = takes("+-") }
    let exponent = hasExponent ? digits() : 1
    guard rest.isEmpty, whole > 0, !isZero || whole == 1, fraction > 0, exponent > 0 else {
      throw problem("a number", at: start)
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if !hasFraction, !hasExponent, let number = Int64(text) { return .int(number) }
    guard let number = Double(text), number.isFinite else { throw problem("a number", at: start) }
    return .float(number)
  }

  private mutating func string() throws -> String {
    offset += 1
    var text: [UInt8] = []
    while let byte = peek(), byte >= 0x20 {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        try budget.take(text.count)
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape().utf8
      default: text.append(byte)
      }
    }
    throw problem("the end of a string")
  }

  private mutating func escape() throws(MalformedText) -> String {
    guard let byte = peek() else { throw problem("an escape") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw problem("an escape", at: offset - 1)
    }
    var units = [try codeUnit()]
    // Characters beyond the first 65,536 are written as a surrogate pair.
    if UTF16.isLeadSurrogate(units[0]), take("\\u") { units.append(try codeUnit()) }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw problem("a Unicode character")
    }
    return text
  }

  private mutating func codeUnit() throws(MalformedText) -> UInt16 {
    let digits = bytes[offset..<min(offset + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits") }
    offset += 4
    return unit
  }

  private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes[offset...].prefix(count).elementsEqual("\(text)".utf8) else { return false }
    offset += count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private func problem(_ expected: String, at place: Int? = nil) -> MalformedText {
    let place = place ?? offset
    let found = place < bytes.count ? "" : ", but the text ends there"
    return MalformedText(reason: "expected \(expected) at \(self.place(place))\(found)")
  }

  /// Returns a place in the text, in words.
  private func place(_ offset: Int) -> String {
    let line = bytes[..<offset].count { $0 == 0x0A } + 1
    let start = bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return "line \(line), column \(offset - start + 1)"
  }
}

extension UInt8 {
  /// Whether a number may contain the byte.
  fileprivate var isNumberByte: Bool { "0123456789+-.eE".utf8.contains(self) }
}
