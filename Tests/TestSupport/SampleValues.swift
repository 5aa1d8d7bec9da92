import VMScript

/// Random and unusual values for the rows of the schema, as a script writes them.
public struct SampleValues {
  private var random: SeededGenerator

  /// Creates a source of values that are the same at each run.
  public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Several values of a row's type; a script may refuse some of them.
  public mutating func literals(for property: PropertySchema) -> [String] {
    literals(of: property.type, property)
  }

  /// The literals of texts that only the format of a row admits.
  public static func known(of property: PropertySchema) -> [String] {
    guard let texts = property.format.flatMap({ known[$0] }) else { return [] }
    let literals = texts.map(quoted)
    switch property.type {
    case .string: return literals
    case .list(.string): return literals.map { "[\($0)]" }
    case .map(.string):
      let key = property.keyFormat.flatMap { known[$0]?.first } ?? "a"
      return literals.map { "{ \(quoted(key)): \($0) }" }
    default: return []
    }
  }

  private mutating func literals(of type: PropertyType, _ property: PropertySchema) -> [String] {
    switch type {
    case .bool: return ["true", "false"]
    case .int(let range):
      let inside = (0..<4).map { _ in Int64.random(in: range, using: &random) }
      let ends = [range.lowerBound, range.upperBound, range.upperBound - 1].filter(range.contains)
      return (ends + inside).map(String.init)
    case .float: return ["0.0", "-1.5", "1.0"]
    case .string, .secret: return texts(for: property.format).map(Self.quoted)
    case .path: return ["/a", "//a//b/./c", "/srv/é <&>'x", "/\(word())"].map(Self.quoted)
    case .size:
      let sizes = (0..<4).map { _ in "\(Int.random(in: 1...1 << 42, using: &random))B" }
      return ["1B", "1023B", "1KiB", "1000001B", "64MiB", "1TiB"] + sizes
    case .duration: return ["0s", "1500ms", "3h"]
    case .ip: return (0..<4).map { _ in address() }
    case .ipv6: return ["\"::1\"", "\"FD00:0::1\"", "\"fd00:91::7\""]
    case .cidr: return (16...29).map { _ in "10.\(byte()).\(byte()).0/24" } + ["10.64.0.0/16"]
    case .cidr6: return (0..<3).map { _ in "\"fd00:\(byte())::/64\"" } + ["\"FD00:0::/48\""]
    case .mac: return (0..<4).map { _ in "\"52:54:00:\(octet()):AB:\(octet())\"" }
    case .uuid: return (1...3).map { "\"ABCDEFAB-1234-4234-8234-ABCDEFABCDE\($0)\"" }
    case .ipRange:
      return (0..<3).map { _ in "10.91.0.\(2 + byte() / 4) ... 10.91.0.\(100 + byte() / 4)" }
    case .word(let words):
      // A word that is no identifier needs quotes.
      return words.map { $0.wholeMatch(of: /[a-z_][a-z0-9_]*/) == nil ? Self.quoted($0) : $0 }
    case .list(let element):
      let items = literals(of: element, property)
      let lists = (0..<4).map { _ in
        Array(items.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
      }
      return ([[]] + lists).map { "[\($0.joined(separator: ", "))]" }
    case .map(let element):
      let items = literals(of: element, property)
      let keys = texts(for: property.keyFormat).map(Self.quoted)
      let maps = (0..<4).map { count in
        zip(keys.shuffled(using: &random), items.shuffled(using: &random)).prefix(count)
          .map { "\($0): \($1)" }
      }
      return maps.map { "{ \($0.joined(separator: ", ")) }" }
    case .resource: return ["\"a\"", "\"b-1\"", "\"c d\""]
    case .either(let types): return types.flatMap { literals(of: $0, property) }
    case .any: return ["none", "true", "1", "1.5", "\"no\"", "[1, \"a\"]", "{ a: { b: [] } }"]
    }
  }

  /// Texts that a format admits: unusual ones, and words of every length that it may have.
  private mutating func texts(for format: TextFormat?) -> [String] {
    let words = (0..<6).map { _ in word() }
    let long = [8, 15, 36, 60, 63].map { String(repeating: "x", count: $0) }
    let known = format.flatMap { Self.known[$0] } ?? []
    return (Self.unusual + known + words + long).filter { format?.obstacle(to: $0) == nil }
  }

  private mutating func word() -> String {
    let first = "abcdefghijklmnopqrstuvwxyz"
    let rest = Array(first + "0123456789-_") + ["é", "漢", " "]
    let count = Int.random(in: 0..<12, using: &random)
    return String(
      (0..<count).reduce(into: String(first.randomElement(using: &random) ?? "a")) {
        word, _ in word.append(rest.randomElement(using: &random) ?? "a")
      })
  }

  private mutating func byte() -> Int { Int.random(in: 1...200, using: &random) }
  private mutating func octet() -> String { String(format(byte())) }
  private func format(_ number: Int) -> String {
    String(0x100 + number, radix: 16).suffix(2).lowercased()
  }
  private mutating func address() -> String { "10.91.0.\(1 + byte())" }

  private static func quoted(_ text: String) -> String { Value.string(text).literal }

  /// Texts of formats that no random text fits.
  private static let known: [TextFormat: [String]] = [
    .absolutePath: ["/a b/é", "/srv/x"], .cpuset: ["0", "0-3,^2,8", "1-2"], .digits: ["1", "17"],
    .pciAddress: ["0000:01:00.0", "0a:1f.7", "0001:ff:02.3"],
    .usbProduct: ["046d:c52b", "ABCD:0001"],
    .wwn: ["5000c50015ea71aa", "5000C50015EA71AB"], .diskVendor: ["SEAGATE"],
    .diskProduct: ["ST3146707LC"], .vendorID: ["KVM Hv", "AuthenticAMD"],
    .processorVendor: ["AuthenticAMD", "GenuineIntel"],
    .timeZone: ["Europe/Berlin", "UTC"], .listenAddress: ["10.0.0.1"],
  ]

  private static let unusual = [
    "", "x", "a-1", " ends ", "a\r\nb", "a\nb", "a\tb", "\u{85}", "e\u{301}", "\u{e9}",
    "//a//b/./c/",
    "a/b", "0007", "0x1", "fd00:91::1", "127.0.0.1", "::", "localhost", "<&>\"'", "]]>", "none",
    "en-us", "vda", "vdz", "sdaa", "hda", "fda", "fdb", "pc", "pc-q35-7.2", "host-passthrough",
    "_ldap",
    "e1000", "virtio-net", "🦆", "a.b-c.test",
  ]
}
