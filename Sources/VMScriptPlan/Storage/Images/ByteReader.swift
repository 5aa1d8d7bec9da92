/// Fixed-width integers out of a file header; nil where the header is too short.
struct ByteReader {
  package let bytes: [UInt8]

  func big(_ offset: Int, _ width: Int) -> UInt64? {
    slice(offset, width)?.reduce(0) { $0 << 8 | UInt64($1) }
  }

  func little(_ offset: Int, _ width: Int) -> UInt64? {
    slice(offset, width)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  package func holds(_ text: String, at offset: Int) -> Bool {
    slice(offset, text.utf8.count).map { $0.elementsEqual(text.utf8) } ?? false
  }

  func slice(_ offset: Int, _ width: Int) -> ArraySlice<UInt8>? {
    guard offset >= 0, width >= 0, offset <= bytes.count - width else { return nil }
    return bytes[offset..<(offset + width)]
  }
}
