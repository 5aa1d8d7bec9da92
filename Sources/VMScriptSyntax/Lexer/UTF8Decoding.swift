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
