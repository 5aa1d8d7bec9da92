import VMScript
import VMScriptEditing
import VMScriptSyntax
import VMScriptTerminal

/// The texts of `:help`, from the tables of the language.
struct Help {
  let color: Bool

  /// A named list of the help.
  private struct Listing {
    let name: String
    let doc: String
    let lines: @Sendable (Help) -> [String]
  }

  private static let listings: [Listing] = [
    Listing(name: "commands", doc: "commands of the shell, which begin with `:`") { help in
      help.table(Command.all.map { [$0.form, $0.doc] })
    },
    Listing(name: "statements", doc: "the statements of a script") {
      $0.table(Reference.statements.map { [$0.form, $0.doc] })
    },
    Listing(name: "verbs", doc: "actions on machines") {
      $0.table(Reference.verbs.map { [$0.form, $0.doc] })
    },
    Listing(name: "functions", doc: "functions for expressions") {
      $0.table(Reference.functions.map { [$0.form, $0.doc] })
    },
  ]

  /// The topics, for completion.
  static var topics: [Candidate] {
    listings.map { Candidate($0.name, .word, doc: $0.doc) }
      + Reference.statements.map { Candidate($0.name, .statement, doc: $0.doc) }
      + Reference.verbs.map { Candidate($0.name, .statement, doc: $0.doc) }
      + Reference.functions.map { Candidate($0.name, .function, doc: $0.doc) }
      + Command.all.map { Candidate(":\($0.name)", .keyword, doc: $0.doc) }
  }

  /// The help on a topic, or the first steps.
  ///
  /// - Throws: VM0855 for an unknown topic.
  func lines(on topic: String) throws(Diagnostic) -> [String] {
    if topic.isEmpty { return beginning }
    if let listing = Self.listings.first(where: { $0.name == topic }) { return listing.lines(self) }
    var found: [[String]] = []
    let name = topic.first == ":" ? String(topic.dropFirst()) : topic
    if topic.first != ":" {
      if let entry = Reference.entry(name) { found.append(lines(of: entry)) }
      for kind in ResourceKind.allCases {
        let schema = Schema.resource(kind)
        found += schema.name == name ? [block(schema)] : entries(named: name, in: schema)
      }
    }
    if found.isEmpty, let command = try? Command.named(name) { found.append(lines(of: command)) }
    guard found.isEmpty else { return Array(found.joined(separator: [""])) }
    let known =
      Self.topics.map(\.text) + ResourceKind.allCases.flatMap { Schema.resource($0).entryNames }
    throw ShellMessages.noTopic(topic, closest: closest(to: topic, among: known))
  }

  /// The first steps in a working order, and where to read on.
  private var beginning: [String] {
    [bold("Declarations take effect as you enter them:"), ""]
      + Self.firstSteps.flatMap { [dim("  # \($0.doc)"), "  \($0.entry)"] }
      + ["", "Declare a resource again with other values to change it.", ""]
      + [bold("Read on, and press Tab anywhere to see the choices:"), ""]
      + table(
        Self.listings.map { [":help \($0.name)", $0.doc] }
          + [
            [":help domain", "its properties; also image, net, disk, nic, memory, wait, len …"],
            [":list", "resources of the host; `:show NAME` shows details"],
          ])
  }

  /// The first steps; tests enter them in order.
  static let firstSteps: [(entry: String, doc: String)] = [
    ("net lab { subnet = 10.10.0.0/24 }", "a network with DHCP"),
    ("image base { source = \"debian.qcow2\" }", "a disk image that backs the disks of machines"),
    (
      "domain master { memory = 512MiB, disk { image = base }, nic { net = lab }, state = stopped }",
      "a machine"
    ),
    (
      "clone master as web { state = running, cloud_init {} }",
      "another machine, on an overlay of its disk, with an identity of its own"
    ),
    ("wait web for ip within 5m", "wait until the guest has an address"),
    ("web.ip", "an expression prints its value"),
    ("delete web", "delete the machine with its disks, after a confirmation"),
  ]

  private func lines(of entry: ReferenceEntry) -> [String] {
    [bold(entry.form), "  \(entry.doc)."] + example(entry.example, gives: entry.result)
  }

  private func lines(of command: Command) -> [String] {
    [bold(command.form), "  \(command.doc)."] + example(command.example, gives: nil)
  }

  private func example(_ text: String, gives result: String?) -> [String] {
    guard !text.isEmpty else { return [] }
    return ["", "  \(text)" + (result.map { dim("   → \($0)") } ?? "")]
  }

  private func block(_ block: BlockSchema) -> [String] {
    let properties = block.properties.map { [$0.name, $0.type.name, $0.doc] }
    let blocks = block.blocks.map { ["\($0.name) { … }", "block", $0.doc] }
    return [bold("Properties of \(block.name)"), "  \(block.doc)", ""] + table(properties + blocks)
  }

  /// The properties and blocks of a name, at any depth.
  private func entries(named name: String, in block: BlockSchema) -> [[String]] {
    var found: [[String]] = []
    if let row = block.property(name) {
      let change = row.impact.sentence.map { ["  \($0)"] } ?? []
      found.append(
        [bold("\(name)") + " of \(block.name): \(row.type.name)", "  \(row.doc)"] + change)
    }
    if let inner = block.block(name) { found.append(self.block(inner)) }
    return found + block.blocks.flatMap { entries(named: name, in: $0) }
  }

  /// Indented rows without a heading.
  private func table(_ rows: [[String]]) -> [String] {
    var table = TextTable([])
    for row in rows { table.add(row) }
    return table.lines(color: color).map { "  \($0)" }
  }

  private func bold(_ text: String) -> String { Style.bold.applied(to: text, color: color) }

  private func dim(_ text: String) -> String { Style.dim.applied(to: text, color: color) }
}
