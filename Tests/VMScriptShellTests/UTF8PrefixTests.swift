import Testing

@testable import VMScriptShell

/// Bytes of a terminal as characters.
@Suite struct UTF8PrefixTests {
  private func scalars(_ bytes: [UInt8]) -> String {
    var (rest, text) = (bytes[...], String.UnicodeScalarView())
    while let scalar = UTF8Prefix.takeScalar(from: &rest) { text.append(scalar) }
    return String(text)
  }

  @Test(
    arguments: [
      ([0xE9, 0x61], "\u{FFFD}a"), ([0xC3, 0x0D], "\u{FFFD}\r"), ([0xE2, 0x82, 0x41], "\u{FFFD}A"),
      ([0xF0, 0x9F, 0x98, 0x03], "\u{FFFD}\u{3}"), ([0xFF, 0xFE, 0x62], "\u{FFFD}\u{FFFD}b"),
      ([0x80, 0x61], "\u{FFFD}a"), ([0xC0, 0xAF, 0x61], "\u{FFFD}\u{FFFD}a"),
      ([0xF8, 0x61], "\u{FFFD}a"),
      ([0xE9, 0xC3, 0xA9], "\u{FFFD}é"), ([0xF4], "\u{FFFD}"),
    ] as [([UInt8], String)])
  func invalidUTF8AffectsNoOtherText(bytes: [UInt8], text: String) {
    #expect(scalars(bytes) == text)
  }

  /// Behind any three bytes, what is typed is there.
  @Test func anyBytesLeaveWhatFollows() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let bytes = (0..<3).map { _ in UInt8.random(in: 0x80...0xFF, using: &generator) }
      let text = scalars(bytes + Array("end".utf8))
      #expect(text.unicodeScalars.suffix(3).elementsEqual("end".unicodeScalars), "\(bytes)")
      #expect(text == String(decoding: bytes + Array("end".utf8), as: UTF8.self))
    }
  }

  @Test func onlyTheBeginningOfACharacterIsWaitedFor() {
    for text in ["a", "é", "€", "😀"] {
      let bytes = Array(text.utf8)
      for count in 1..<bytes.count + 1 {
        #expect(UTF8Prefix.isIncomplete(bytes[..<count]) == (count < bytes.count))
      }
    }
    for bytes in [[0x80], [0xC0], [0xFF], [0xE9, 0x61], [0xF0, 0x9F, 0x0D]] as [[UInt8]] {
      #expect(!UTF8Prefix.isIncomplete(bytes[...]))
    }
    #expect(!UTF8Prefix.isIncomplete([]))
  }
}
