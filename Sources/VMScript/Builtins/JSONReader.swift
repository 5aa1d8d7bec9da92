import OrderedCollections

/// JSON (RFC 8259) as values, with the order of keys kept, which Foundation's reader does not.
struct JSONReader {
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  private static let maximumDepth = 200

  private init(_ text: String) { bytes = Array(text.utf8) }

  static func value(_ text: String) throws(MalformedText) -> Value {
    var reader = JSONReader(text)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.offset == reader.bytes.count else { throw reader.problem("the end of the text") }
    return value
  }

  private mutating func value() throws(MalformedText) -> Value {
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

  private mutating func object() throws(MalformedText) -> Value {
    try enter()
    var entries: OrderedDictionary<String, Value> = [:]
    skipSpace()
    if take("}") { return leave(.map(entries)) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw problem("a key in double quotes") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw problem("`:`") }
      entries[key] = try value()
      skipSpace()
    } while take(",")
    guard take("}") else { throw problem("`,` or `}`") }
    return leave(.map(entries))
  }

  private mutating func array() throws(MalformedText) -> Value {
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

  private mutating func number() throws(MalformedText) -> Value {
    let start = offset
    while let byte = peek(), byte.isNumberByte { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let isWhole = digits.utf8.allSatisfy { (48...57).contains($0) }
    let hasNeedlessZero = digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true
    guard !hasNeedlessZero, digits.first?.isNumber == true, digits.last?.isNumber == true else {
      throw problem("a number", at: start)
    }
    if isWhole, let number = Int64(text) { return .int(number) }
    guard let number = Double(text), number.isFinite else { throw problem("a number", at: start) }
    return .float(number)
  }

  private mutating func string() throws(MalformedText) -> String {
    offset += 1
    var text: [UInt8] = []
    while let byte = peek(), byte >= 0x20 {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
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
    // Characters beyond the first 65,536 are written as two halves.
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
    let line = bytes[..<place].count { $0 == 0x0A } + 1
    let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let found = place < bytes.count ? "" : ", where the text ends"
    return MalformedText(
      reason: "expected \(expected) at line \(line), column \(place - start + 1)\(found)")
  }
}

extension UInt8 {
  /// What may stand in a number.
  fileprivate var isNumberByte: Bool { "0123456789+-.eE".utf8.contains(self) }
}
