/// The bytes that the lexer refers to by name.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let backslash = UInt8(ascii: "\\")
  static let hash = UInt8(ascii: "#")
  static let dot = UInt8(ascii: ".")
  static let slash = UInt8(ascii: "/")
  static let underscore = UInt8(ascii: "_")
  static let leftParenthesis = UInt8(ascii: "(")
  static let delete: UInt8 = 0x7F
}

extension UInt8 {
  /// `0` to `9`.
  var isDigit: Bool { self &- 0x30 < 10 }

  /// An ASCII letter or `_`.
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 || self == Byte.underscore }

  /// Whether an identifier may contain this ASCII byte.
  var isIdentifierByte: Bool { isLetter || isDigit }

  /// The value of a hexadecimal digit.
  var hexDigitValue: UInt8? {
    if isDigit { return self &- 0x30 }
    let lower = (self | 0x20) &- 0x61
    return lower < 6 ? lower + 10 : nil
  }
}

/// Texts that the lexer reads as a name.
public enum Identifier {
  /// Returns whether a text is one identifier; reserved words have this form too.
  public static func hasForm(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    return (first == "_" || first.properties.isXIDStart)
      && text.unicodeScalars.allSatisfy(\.isOfIdentifier)
  }

  /// Returns whether a text can be declared as a name.
  public static func isName(_ text: String) -> Bool {
    hasForm(text) && !Keyword.all.contains { $0.text == text }
  }

  /// Returns the identifier most like a text: `_` replaces every character that an identifier
  /// cannot contain.
  public static func resembling(_ text: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      name.unicodeScalars.append(scalar.isOfIdentifier ? scalar : "_")
    }
    return isName(name) ? name : "_" + name
  }
}

extension Unicode.Scalar {
  /// Whether an identifier may contain the scalar: the ASCII ones, and beyond ASCII those above the
  /// C1 controls.
  fileprivate var isOfIdentifier: Bool {
    (isASCII || value >= 0xA0) && properties.isXIDContinue
  }
}

/// Decodes one scalar of UTF-8 strictly: no overlong forms, no surrogates, nothing past U+10FFFF.
///
/// - Returns: the scalar and its length in bytes; `nil` for the scalar if the bytes are not UTF-8,
///   the length then being that of the longest wrong prefix, as the Unicode standard recommends.
func decodeScalar(_ bytes: [UInt8], at offset: Int) -> (scalar: Unicode.Scalar?, length: Int) {
  let first = bytes[offset]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let count: Int
  var lowest: UInt8 = 0x80
  var highest: UInt8 = 0xBF
  switch first {
  case 0xC2...0xDF: count = 2
  case 0xE0: (count, lowest) = (3, 0xA0)
  case 0xED: (count, highest) = (3, 0x9F)
  case 0xE1...0xEF: count = 3
  case 0xF0: (count, lowest) = (4, 0x90)
  case 0xF1...0xF3: count = 4
  case 0xF4: (count, highest) = (4, 0x8F)
  default: return (nil, 1)
  }
  var value = UInt32(first) & (0x7F >> UInt32(count))
  for position in 1..<count {
    guard offset + position < bytes.count else { return (nil, position) }
    let byte = bytes[offset + position]
    guard byte >= lowest, byte <= highest else { return (nil, position) }
    (lowest, highest) = (0x80, 0xBF)
    value = value << 6 | UInt32(byte & 0x3F)
  }
  return (Unicode.Scalar(value), count)
}

/// Finds bytes that are not allowed in a script: invalid UTF-8, control characters, and
/// bidirectional controls, which make source text look different from what runs.
enum EncodingCheck {
  /// Reports every such place through `report`; nearly free for plain ASCII.
  static func run(_ bytes: [UInt8], report: (LexicalError.Problem, Range<Int>) -> Void) {
    guard isSuspicious(bytes) else { return }
    var offset = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte >= 0x80 {
        let (scalar, length) = decodeScalar(bytes, at: offset)
        let range = offset..<offset + length
        if let scalar {
          if isBidirectionalControl(scalar) { report(.bidirectionalControl(scalar), range) }
          if scalar.value < 0xA0 { report(.controlCharacter(scalar), range) }
        } else {
          report(.invalidUTF8, range)
        }
        offset += length
      } else {
        if isControl(byte), !startsLineEnding(bytes, at: offset) {
          report(.controlCharacter(Unicode.Scalar(byte)), offset..<offset + 1)
        }
        offset += 1
      }
    }
  }

  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Branch-free over the whole text, so that the compiler can vectorize it.
  private static func isSuspicious(_ bytes: [UInt8]) -> Bool {
    var found: UInt8 = 0
    for byte in bytes {
      let isOdd = byte < 0x20 && byte != Byte.newline && byte != Byte.tab || byte >= Byte.delete
      found |= isOdd ? 1 : 0
    }
    return found != 0
  }

  private static func isControl(_ byte: UInt8) -> Bool {
    byte < 0x20 && byte != Byte.newline && byte != Byte.tab || byte == Byte.delete
  }

  private static func startsLineEnding(_ bytes: [UInt8], at offset: Int) -> Bool {
    bytes[offset] == Byte.carriageReturn && offset + 1 < bytes.count
      && bytes[offset + 1] == Byte.newline
  }

  static func isBidirectionalControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
