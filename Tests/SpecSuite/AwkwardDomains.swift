import TestSupport
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
    var bodies: [(row: String, body: String)] = []
    for row in SchemaRow.all([.domain]) where isTried(row) {
      for value in values(of: row.property.type) + SampleValues.known(of: row.property) {
        let body = RowSamples.body(row, value: value)
        let memory = row.blocks.first?.name == "memory" ? "" : "memory = 64MiB, "
        bodies.append((String(row.description.dropFirst("domain".count + 1)), memory + body))
      }
    }
    return bodies.enumerated().map { number, entry in
      let name = "awkward\(number)"
      return Case(
        name: name, row: entry.row,
        statement: "domain \(name) { state = stopped, \(entry.body) }")
    }
  }()

  /// The rows that libvirt takes only for a machine or on a host that has what they need: a program, a
  /// library of QEMU, a model of processor, a display, an existing file.
  public static let rowsOfTheHost: Set<String> = [
    "firmware", "gic", "emulator", "spice_agent", "usb_redirection", "cpus dies", "cpus.cache mode",
    "cpus.cache level", "cpus.address_bits mode", "cpus.address_bits bits", "loader secure",
    "bios use_serial", "clock.timer name", "clock.timer tickpolicy", "clock.timer track",
    "nic rx_queue_size", "nic tx_queue_size", "spice tls_port", "video heads", "video vgamem",
    "video width", "video height", "video acceleration", "video acceleration_2d", "audio type",
    "tpm model", "tpm backend", "tpm version", "tpm persistent_state", "panic model", "iommu model",
    "iommu intremap", "iommu caching_mode", "iommu eim", "iommu iotlb", "iommu address_width",
    "controller queues", "controller cmd_per_lun", "controller max_sectors", "controller ioeventfd",
    "input model", "shared_memory model", "share accessmode", "share readonly", "share multidevs",
    "serial target", "console target", "channel type", "channel channel", "mdev model",
    "mdev display",
    "mdev boot",
  ]

  /// Whether a row is tried here. Every machine of these is off; seeds, edits, patches and protection have tests
  /// of their own, sizes are rounded, a disk is moved from another domain, numbers of nodes and
  /// memory depend on each other, and a newer libvirt has further properties.
  private static func isTried(_ row: SchemaRow) -> Bool {
    let others: Set = [
      "domain state", "domain ignition", "domain protect", "domain.disk size",
      "domain.disk moved_disk",
      "domain.memory.hotplug max", "domain.memory.hotplug slots", "domain.numa.cell id",
      "domain.numa.cell cpus", "domain.numa.cell memory", "domain.sound audio",
      "domain.controller model",
      "domain.controller type", "domain.numa.node cell", "domain.watchdog model",
      "domain.controller master", "domain.input type", "domain.input bus",
    ]
    return !["cloud_init", "customize", "xml"].contains(row.blocks.first?.name)
      && !others.contains(row.description) && row.property.since == nil
  }

  private static func values(of type: PropertyType) -> [String] {
    switch type {
    case .bool: ["true", "false"]
    case .int(let range):
      Set([range.lowerBound, range.lowerBound + 1, 7, range.upperBound - 1, range.upperBound])
        .filter(range.contains).sorted().map(String.init)
    case .string, .secret: texts.map(quoted)
    case .word(let words):
      words.map { $0.wholeMatch(of: /[a-z_][a-z0-9_]*/) == nil ? quoted($0) : $0 }
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
