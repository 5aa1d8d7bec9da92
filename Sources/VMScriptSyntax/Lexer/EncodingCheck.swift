/// Looks for bytes that have no place in a script: what is not UTF-8, control characters, and the
/// bidirectional controls that make source text look other than it runs.
enum EncodingCheck {
  /// Reports every such place through `report`; costs next to nothing for plain ASCII.
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

  /// Branch-free over the whole text, so that the compiler can use vector instructions.
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
