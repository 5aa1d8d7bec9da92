/// Goes over the bytes of a document and takes out names, values and text.
struct XMLScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// Goes past `expected` if that is what comes next.
  mutating func skip(_ expected: String) -> Bool {
    guard bytes[position...].starts(with: expected.utf8) else { return false }
    position += expected.utf8.count
    return true
  }

  /// Goes past white space; whether there was any.
  mutating func skipSpace() -> Bool {
    let start = position
    while !isAtEnd, XMLCharacters.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  /// A name with its prefix. Every letter beyond ASCII counts as one of a name.
  mutating func name() throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd, Self.isName(bytes[position], first: position == start) { position += 1 }
    guard position > start else { throw malformed(.name) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// What follows an attribute's name: `=` and the value in quotes.
  mutating func attributeValue() throws(MalformedXML) -> String {
    _ = skipSpace()
    guard skip("=") else { throw malformed(.attribute) }
    _ = skipSpace()
    for quote in ["'", "\""] where skip(quote) {
      let value = try characters(endingAt: quote, inAttribute: true)
      guard skip(quote) else { throw malformed(.attribute) }
      return value
    }
    throw malformed(.attribute)
  }

  /// A whole number; nil, and nothing passed, if none comes next.
  mutating func number() -> Int? {
    let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    position += digits.count
    return number
  }

  /// What stands in quotes, just as it is written; nil if there is no such thing.
  mutating func quoted() -> String? {
    for quote in ["'", "\""] where skip(quote) { return try? text(until: quote) }
    return nil
  }

  /// Everything before `end`, as it is written; goes past `end`.
  mutating func text(until end: String) throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd {
      let stop = position
      if skip(end) { return try checked(start..<stop) }
      position += 1
    }
    throw malformed(.unclosed(end))
  }

  /// Text up to a delimiter or the end, its references replaced.
  mutating func characters(
    endingAt delimiter: String, inAttribute: Bool = false
  ) throws(MalformedXML) -> String {
    var result = ""
    let stops = Set(delimiter.utf8).union("&<".utf8)
    while !isAtEnd {
      let start = position
      while !isAtEnd, !stops.contains(bytes[position]) { position += 1 }
      var part = try checked(start..<position)
      if inAttribute {
        part = String(part.map { $0 == "\n" || $0 == "\t" ? " " : $0 })
      } else if part.contains("]]>") {
        throw malformed(.stray("]]>"))
      }
      result += part
      guard skip("&") else { break }
      result += try reference()
    }
    if inAttribute, !isAtEnd, bytes[position] == UInt8(ascii: "<") { throw malformed(.stray("<")) }
    return result
  }

  /// What a reference stands for, whose `&` has been passed.
  private mutating func reference() throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd, bytes[position] != UInt8(ascii: ";"), position - start < 10 { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    guard skip(";") else { throw malformed(.reference(name)) }
    if let text = XMLCharacters.entities[name] { return text }
    let isHexadecimal = name.hasPrefix("#x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    guard name.hasPrefix("#"), digits.first?.isHexDigit == true,
      let scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init),
      XMLCharacters.allows(scalar)
    else { throw malformed(.reference(name)) }
    return String(scalar)
  }

  /// Bytes as text with plain newlines, if XML allows every character.
  private func checked(_ range: Range<Int>) throws(MalformedXML) -> String {
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard text.unicodeScalars.allSatisfy(XMLCharacters.allows) else { throw malformed(.character) }
    guard text.utf8.contains(UInt8(ascii: "\r")) else { return text }
    return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }

  /// An error that names the present line.
  func malformed(_ fault: MalformedXML.Fault) -> MalformedXML {
    MalformedXML(fault, line: 1 + bytes[..<position].count(where: { $0 == UInt8(ascii: "\n") }))
  }

  private static func isName(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...,
      UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
  }
}
