import VMScript
import VMScriptSyntax
import VMScriptTerminal

/// What `:help` tells, from the tables that the language itself is made of.
struct Help {
  let color: Bool

  /// What there is help on, for completion.
  static var topics: [Candidate] {
    Command.all.map { .init($0.name, .keyword, doc: $0.doc) }
      + ResourceKind.allCases.map { .init($0.rawValue, .block, doc: Schema.resource($0).doc) }
      + verbs.map { .init($0.name, .statement, doc: $0.doc) }
      + Session.builtinNames.map { .init($0, .function, doc: "function") }
  }

  private static let verbs: [(name: String, use: String, doc: String)] = [
    ("start", "start web", "Starts a domain"),
    ("stop", "stop web force", "Shuts a domain down, or turns it off"),
    ("reboot", "reboot web", "Restarts the guest"),
    ("suspend", "suspend web", "Holds a guest still"),
    ("resume", "resume web", "Lets a suspended guest go on"),
    ("delete", "delete web", "Removes a domain with all that belongs to it"),
    ("snapshot", "snapshot web as \"clean\"", "Keeps the present state under a name"),
    ("revert", "revert web to \"clean\"", "Goes back to a state that was kept"),
    (
      "wait", "wait web for ip within 3m",
      "Waits for ip, agent, ssh, cloud_init, stopped or a condition"
    ),
  ]

  private static let examples: [ResourceKind: String] = [
    .image: "image disk { format = qcow2, size = 4GiB }",
    .net: "net lab { subnet = 10.10.0.0/24 }",
    .domain: "domain web { memory = 256MiB, state = stopped }",
  ]

  /// The help on a topic, or what there is.
  ///
  /// - Throws: VM0855 for what there is no help on.
  func lines(on topic: String) throws(Diagnostic) -> [String] {
    let name = topic.first == ":" ? String(topic.dropFirst()) : topic
    if name.isEmpty { return overview }
    var found: [String] = []
    if let command = Command.all.first(where: { $0.name == name }) {
      found += [bold(":\(command.name) \(command.argument)"), "  \(command.doc)."]
    }
    if let verb = Self.verbs.first(where: { $0.name == name }) {
      found += [bold(verb.name), "  \(verb.doc).", "  \(verb.use)"]
    }
    if let kind = ResourceKind(rawValue: name) {
      found += block(Schema.resource(kind)) + ["", "  " + (Self.examples[kind] ?? "")]
    } else {
      for kind in ResourceKind.allCases { found += entries(named: name, in: Schema.resource(kind)) }
    }
    if Session.builtinNames.contains(name) { found += ["\(bold(name)) is a function."] }
    guard found.isEmpty else { return found }
    let known =
      Self.topics.map(\.text) + ResourceKind.allCases.flatMap { Schema.resource($0).entryNames }
    throw ShellMessages.noTopic(topic, closest: closest(to: name, among: known))
  }

  private var overview: [String] {
    var commands = TextTable(["COMMAND", "", "MAY BE ABBREVIATED"])
    for command in Command.all {
      commands.add([":" + command.name, command.argument, command.doc])
    }
    var verbs = TextTable(["VERB", "FOR EXAMPLE", ""])
    for verb in Self.verbs { verbs.add([verb.name, verb.use, verb.doc]) }
    var resources = TextTable(["RESOURCE", "FOR EXAMPLE"])
    for kind in ResourceKind.allCases { resources.add([kind.rawValue, Self.examples[kind]]) }
    return resources.lines(color: color) + [""] + verbs.lines(color: color) + [""]
      + commands.lines(color: color)
      + ["", "An expression prints its value, which `_` keeps. :help domain tells its properties."]
  }

  private func block(_ block: BlockSchema) -> [String] {
    var table = TextTable(["PROPERTY", "TYPE", ""])
    for row in block.properties { table.add([row.name, row.type.name, row.doc]) }
    for inner in block.blocks { table.add([inner.name, "block", inner.doc]) }
    return [bold(block.name), "  \(block.doc)", ""] + table.lines(color: color)
  }

  /// The properties and blocks of a name, at any depth.
  private func entries(named name: String, in block: BlockSchema) -> [String] {
    var found: [String] = []
    if let row = block.property(name) {
      found += [
        "\(bold("\(block.name).\(name)")): \(row.type.name)", "  \(row.doc)",
        "  A change takes effect: \(row.impact.rawValue).",
      ]
    }
    if let inner = block.block(name) { found += self.block(inner) }
    return found + block.blocks.flatMap { entries(named: name, in: $0) }
  }

  private func bold(_ text: String) -> String { Style.bold.applied(to: text, color: color) }
}
