/// Goes over the bytes of a document and takes out names, values and text.
struct XMLScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// Goes past `expected` if that is what comes next.
  mutating func skip(_ expected: String) -> Bool {
    var end = position
    for byte in expected.utf8 {
      guard end < bytes.count, bytes[end] == byte else { return false }
      end += 1
    }
    position = end
    return true
  }

  /// Goes past white space; whether there was any.
  mutating func skipSpace() -> Bool {
    let start = position
    while !isAtEnd, XMLCharacters.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  /// A name with its prefix.
  mutating func name() throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd, Self.isName(bytes[position], first: position == start) { position += 1 }
    guard position > start else { throw malformed(.name) }
    let name = try checked(start..<position, .verbatim)
    guard XMLCharacters.isName(name) else { throw malformed(.character) }
    return name
  }

  /// What follows an attribute's name: `=` and the value in quotes.
  mutating func attributeValue() throws(MalformedXML) -> String {
    _ = skipSpace()
    guard skip("=") else { throw malformed(.attribute) }
    _ = skipSpace()
    for quote in ["'", "\""] where skip(quote) {
      let value = try characters(.attribute(endingAt: quote))
      if skip("<") { throw malformed(.stray("<")) }
      guard skip(quote) else { throw malformed(.attribute) }
      return value
    }
    throw malformed(.attribute)
  }

  /// A whole number; nil, and nothing passed, if none comes next.
  mutating func number() -> Int? {
    let digits = bytes[position...].prefix(while: XMLCharacters.isDigit)
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    position += digits.count
    return number
  }

  /// What stands in quotes, just as it is written; nil if there is no such thing.
  mutating func quoted() -> String? {
    for quote in ["'", "\""] where skip(quote) { return try? text(until: quote) }
    return nil
  }

  /// What a part of the XML declaration says, as ` version='1.0'`; nil, and nothing passed, if it does
  /// not come next.
  mutating func declared(_ name: String) -> String? {
    var ahead = self
    guard ahead.skipSpace(), ahead.skip(name) else { return nil }
    _ = ahead.skipSpace()
    guard ahead.skip("=") else { return nil }
    _ = ahead.skipSpace()
    guard let value = ahead.quoted() else { return nil }
    self = ahead
    return value
  }

  /// Everything before `end`, as it is written; goes past `end`.
  mutating func text(until end: String) throws(MalformedXML) -> String {
    let start = position
    while !isAtEnd {
      let stop = position
      if skip(end) { return try checked(start..<stop, .verbatim) }
      position += 1
    }
    throw malformed(.unclosed(end))
  }

  /// Text up to the next tag or the end of the value, its references replaced.
  mutating func characters(_ place: Place) throws(MalformedXML) -> String {
    var result = ""
    repeat {
      let start = position
      while !isAtEnd, !place.ends(at: bytes[position]) { position += 1 }
      result += try checked(start..<position, place)
      guard skip("&") else { break }
      result += try reference()
    } while true
    return result
  }

  /// What a reference stands for, whose `&` has been passed.
  private mutating func reference() throws(MalformedXML) -> String {
    let start = position
    _ = skip("#")
    while !isAtEnd, Self.isName(bytes[position], first: false) { position += 1 }
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

  /// Bytes as text with the white space that XML makes of it, if it allows every character.
  private func checked(_ range: Range<Int>, _ place: Place) throws(MalformedXML) -> String {
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard bytes[range].contains(where: place.isSpecial) else { return text }
    guard text.unicodeScalars.allSatisfy(XMLCharacters.allows) else { throw malformed(.character) }
    let lines = XMLCharacters.lines(of: text)
    switch place {
    case .verbatim: return lines
    case .content:
      if bytes[range].contains(Array("]]>".utf8)) { throw malformed(.stray("]]>")) }
      return lines
    case .attribute: return String(lines.map { $0 == "\n" || $0 == "\t" ? " " : $0 })
    }
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

extension XMLScanner {
  /// Where text stands, which decides what ends it and what becomes of its white space.
  enum Place {
    case content
    case attribute(endingAt: String)
    /// Where nothing is a reference.
    case verbatim

    fileprivate func ends(at byte: UInt8) -> Bool {
      if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") { return true }
      if case .attribute(let quote) = self { return byte == quote.utf8.first }
      return false
    }

    /// Whether text with this byte may be refused or may not stay as it is.
    fileprivate func isSpecial(_ byte: UInt8) -> Bool {
      switch (byte, self) {
      // The last two characters of the first plane begin so, and are none to XML.
      case (0xEF, _), (UInt8(ascii: "]"), .content): true
      case (UInt8(ascii: "\n"), .content), (UInt8(ascii: "\n"), .verbatim): false
      default: byte < 0x20
      }
    }
  }
}
