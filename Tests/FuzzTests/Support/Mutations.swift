/// The same changes to seeds in every run, as a fuzzer makes them.
struct Mutations {
  private var state: UInt64

  private let words: [String]

  /// - Parameter words: words of the language that the seeds are in.
  init(seed: UInt64, words: [String] = Self.words) {
    state = seed | 1
    self.words = words
  }

  /// A number below `bound`, from a generator of Marsaglia's (xorshift64).
  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(max(bound, 1)))
  }

  /// A seed after one to four changes: bytes of another seed or words of the language in it, pieces
  /// of it taken out or twice, bits turned.
  mutating func changed(_ seed: [UInt8], others: [[UInt8]]) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(4) {
      let start = below(bytes.count + 1)
      let end = min(bytes.count, start + below(24))
      switch below(6) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: bytes[start..<end], at: below(bytes.count + 1))
      case 2: bytes.insert(contentsOf: words[below(words.count)].utf8, at: start)
      case 3 where start < bytes.count: bytes[start] ^= 1 << UInt8(below(8))
      case 4 where start < bytes.count: bytes[start] = UInt8(below(256))
      default:
        let other = others[below(others.count)]
        let from = below(other.count + 1)
        bytes.insert(contentsOf: other[from..<min(other.count, from + below(40))], at: start)
      }
    }
    return bytes
  }

  static let words = [
    "\"", "'", "\"\"\"", "'''", "\\(", "(", ")", "[", "]", "{", "}", "=>", "...", "..<", "..", "\n",
    ";", ",", ":", "=", "==", "?", "??", "&&", "!", "-", " ", "#", "##", "\r\n", "\0", "é",
    "\u{202E}",
    "9223372036854775807", "0x", "1.5GiB", "10.0.0.1", "/24", "let ", "func f(x) ", "for x in ",
    "if ", " else ", "import ", "domain d ", "clone a as b ", "remove nic 1", "output o = ", "in",
    "&amp;", "<a b='c'>", "</a>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&#0;", "*a", "&a ",
    "- ",
    "\u{FF}\u{FF}\u{FF}\u{FF}", "\u{0}\u{0}\u{0}\u{1}",
  ]
}
