import VMScript

/// A domain for each row of the schema with each value that is awkward for the row's type: spelled
/// unusually, empty, at an end of its range, or of characters that some program reads as its own.
public enum AwkwardDomains {
  /// A domain with one such value.
  public struct Case: Sendable, CustomStringConvertible {
    /// The domain's name.
    public let name: String
    /// The row, such as `disk serial`.
    public let row: String
    /// The whole statement, in one line.
    public let statement: String
    /// The row and the statement.
    public var description: String { "\(row): \(statement)" }
  }

  /// Every case, in the order of the schema.
  public static let cases: [Case] = {
    let schema = Schema.resource(.domain)
    var bodies: [(row: String, body: String)] = []
    // Every machine of these is off. Seeds, edits, patches and protection have tests of their own.
    for row in schema.properties where !["state", "ignition", "protect"].contains(row.name) {
      for value in values(of: row.type) {
        let entries = ["\(row.name) = \(value)"] + (companions[row.name] ?? [])
        bodies.append((row.name, (["memory = 64MiB"] + entries).joined(separator: ", ")))
      }
    }
    for block in schema.blocks where !["cloud_init", "customize", "xml"].contains(block.name) {
      let memory = block.name == "memory" ? "" : "memory = 64MiB, "
      bodies += entries(of: block, path: []).map { ($0.row, memory + $0.text) }
    }
    return bodies.enumerated().map { number, entry in
      let name = "awkward\(number)"
      return Case(
        name: name, row: entry.row,
        statement: "domain \(name) { state = stopped, \(entry.body) }")
    }
  }()

  /// A block for each value of its rows, and of the rows of the blocks in it.
  private static func entries(
    of block: BlockSchema, path: [String]
  ) -> [(row: String, text: String)] {
    let path = path + [block.name]
    let name = path.joined(separator: " ")
    var result: [(row: String, text: String)] = []
    for row in block.properties where !untried.contains("\(name) \(row.name)") {
      for value in values(of: row.type) {
        var entries = ["\(row.name) = \(value)"]
        entries += companions["\(name) \(row.name)"] ?? defaults[name] ?? []
        result.append(("\(name) \(row.name)", entries.joined(separator: ", ")))
      }
    }
    for inner in block.blocks {
      result += entries(of: inner, path: path).map { row, text in
        (row, ((defaults[name] ?? []) + [text]).joined(separator: ", "))
      }
    }
    return result.map { ($0.row, "\(block.name) { \($0.text) }") }
  }

  /// Rows that have tests of their own: sizes are rounded, and a disk is moved from another domain.
  private static let untried: Set = ["disk size", "disk moved_disk"]

  /// The entries that a row needs.
  private static let companions = [
    "boot": ["disk { size = 1MiB }", "cdrom { }", "floppy { }", "nic { }"],
    "initrd": ["kernel = \"/bin/sh\""], "cmdline": ["kernel = \"/bin/sh\""],
    "disk io": ["size = 1MiB", "cache = none"],
    "disk shareable": ["size = 1MiB", "format = raw"],
    "disk rotation_rate": ["size = 1MiB", "bus = sata"], "nic filter": ["net = \"default\""],
    "nic bandwidth inbound average": [], "nic bandwidth outbound average": [], "nic net": [],
    "nic mtu": ["net = \"default\""], "nic bridge": [], "nic dev": [], "memory max": [],
    "cpus max": [], "cpus sockets": [],
    "cpus cores": [], "cpus threads": [], "cpus model": [], "sound model": [],
  ]
  /// The entries that a block needs.
  private static let defaults = [
    "nic": ["net = \"default\""], "nic bandwidth inbound": ["average = 5"],
    "nic bandwidth outbound": ["average = 5"],
    "disk": ["size = 1MiB"], "memory": ["max = 64MiB"], "cpus": ["max = 8"],
  ]

  private static func values(of type: PropertyType) -> [String] {
    switch type {
    case .bool: ["true", "false"]
    case .int(let range):
      Set([range.lowerBound, range.lowerBound + 1, 7, range.upperBound - 1, range.upperBound])
        .filter(range.contains).sorted().map(String.init)
    case .string, .secret: texts.map(quoted)
    case .word(let words): words
    case .list(.word(let words)):
      ["[]"] + words.map { "[\($0)]" }
        + ["[\(words[0]), \(words[0])]", "[\(words.joined(separator: ", "))]"]
    case .map:
      [
        "{}", #"{ a: "" }"#, #"{ "": "x" }"#, #"{ " a ": " b\n\tc " }"#, #"{ a: "b\rc" }"#,
        #"{ "e\u{301}": "\u{e9}", "<&>": "'\"" }"#, #"{ a: "\u{1}" }"#, #"{ "a\n": "x" }"#,
      ]
    case .size: ["1B", "1000B", "1KiB", "1000001B", "\"64MiB\"", "64MiB", "100MB"]
    case .mac: ["\"52:54:00:AB:cd:01\"", "\"00:00:00:00:00:00\"", "\"FE:54:00:12:34:56\""]
    case .uuid:
      ["\"ABCDEFAB-1234-1234-1234-ABCDEFABCDE0\"", "\"00000000-0000-0000-0000-000000000001\""]
    case .either(let types): types.flatMap(values)
    default: []
    }
  }

  private static let texts = [
    "", "x", " ends ", "a\r\nb", "a\rb", "a\nb", "a\tb", "a\u{1}b", "\u{85}", "a\u{2028}b",
    "e\u{301}", "\u{e9}", "//a//b/./c/", "/a,b", "a/b", "0007", "0x1", "FD00:0::1", "fd00::1",
    "127.000.0.1", "127.0.0.1", "localhost", "A\u{FFFE}", "<&>\"'", "]]>", "none", "-x", "en-us",
    String(repeating: "x", count: 9), String(repeating: "x", count: 37),
    String(repeating: "x", count: 300), "vda", "vdz", "sda", "hda", "hde", "fda", "fdc", "virtio",
    "pc", "q35", "default", "host-passthrough",
  ]

  private static func quoted(_ text: String) -> String { Value.string(text).literal }
}
