/// Bytes by the names that the lexer knows them by.
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

  /// What may stand inside an identifier, as far as ASCII goes.
  var isIdentifierByte: Bool { isLetter || isDigit }

  /// The value of a hexadecimal digit.
  var hexDigitValue: UInt8? {
    if isDigit { return self &- 0x30 }
    let lower = (self | 0x20) &- 0x61
    return lower < 6 ? lower + 10 : nil
  }
}
