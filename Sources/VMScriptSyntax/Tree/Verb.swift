/// A verb: a statement that acts on machines.
///
/// To add one: a case, its row in `row`, and its action in the runtime's `VerbAction`. The parser, the
/// evaluator, completion, highlighting, the reference and the command line read the row.
public enum Verb: UInt32, CaseIterable, Sendable {
  case start, stop, reboot, suspend, resume, snapshot, revert, wait, delete, deleteSnapshot, run,
    copy

  /// The word that begins the statement.
  public var word: String { row.word }

  /// Returns the verb of a word, or of a synonym from other programs; nil if there is none.
  ///
  /// - Parameter word: the word as it is typed, such as `shutdown`.
  public static func meant(by word: String) -> Verb? {
    allCases.first { $0.word == word || $0.row.synonyms.contains(word) }
  }

  /// The row of the verb in the table.
  public var row: VerbRow {
    switch self {
    case .start:
      VerbRow(
        "start", [.target], doing: "starting", leaves: .running, "Starts a domain",
        "start domain(\"test\")")
    case .stop:
      VerbRow(
        "stop", [.target, .force], doing: "stopping", leaves: .stopped,
        "Shuts a domain down; with `force` turns it off", "stop domain(\"test\") force",
        synonyms: ["shutdown"])
    case .reboot:
      VerbRow(
        "reboot", [.target], doing: "rebooting", leaves: .running, "Restarts the guest",
        "reboot domain(\"test\")")
    case .suspend:
      VerbRow(
        "suspend", [.target], doing: "suspending", leaves: .paused, "Suspends a guest",
        "suspend domain(\"test\")")
    case .resume:
      VerbRow(
        "resume", [.target], doing: "resuming", leaves: .running, "Resumes a suspended guest",
        "resume domain(\"test\")")
    case .snapshot:
      VerbRow(
        "snapshot", [.target, .name(after: "as")], doing: "making a snapshot of", leaves: .asItIs,
        "Saves the current state under a name; of several domains, all at one moment",
        "snapshot domain(\"test\") as \"clean\"")
    case .revert:
      VerbRow(
        "revert", [.target, .name(after: "to")], doing: "reverting", leaves: .asItIs,
        "Returns to a saved state", "revert domain(\"test\") to \"clean\"")
    case .wait:
      VerbRow(
        "wait", [.target, .condition, .limit], doing: "waiting for", leaves: .untouched,
        "Waits for a state of the guest, or until an expression is true",
        "wait domain(\"test\") for domain(\"test\").state == \"running\" within 1m")
    case .delete:
      VerbRow(
        "delete", [.target], doing: "deleting", leaves: .gone,
        "Removes a domain with all that belongs to it",
        "delete domain(\"copy\")", synonyms: ["destroy"])
    case .deleteSnapshot:
      VerbRow(
        "delete", [.name(after: "snapshot"), .target(after: "of")], doing: "deleting a snapshot of",
        leaves: .asItIs, "Removes a saved state; those made after it stay",
        "delete snapshot clean of domain(\"test\")")
    case .run:
      VerbRow(
        "run", [.text("COMMAND"), .target(after: "on"), .limit], doing: "running a command on",
        leaves: .asItIs, "Runs a shell command in the guest; its value is the output",
        "run \"uname -r\" on \"web\"", hasValue: true)
    case .copy:
      VerbRow(
        "copy", [.text("FROM"), .target(after: "to"), .text("PATH")], doing: "copying to",
        leaves: .asItIs, "Copies a file or a folder of this machine into the guest",
        "copy \"site/\" to \"web\" \"/srv/site\"")
    }
  }
}

/// The row of a ``Verb``.
public struct VerbRow: Sendable {
  /// A part of the statement after its word.
  public enum Argument: Sendable, Equatable {
    /// The machines, after a word if there is one.
    case target(after: String?)
    /// A text; the name stands for it in the reference.
    case text(String)
    /// The word `force`, which may be left out.
    case force
    /// The name of a snapshot after a word.
    case name(after: String)
    /// A condition after `for`.
    case condition
    /// A duration after `within`, which may be left out.
    case limit

    /// The machines right after the verb.
    static let target = Argument.target(after: nil)

    /// The word that begins it; nil if there is none.
    public var word: String? {
      switch self {
      case .target(let word): word
      case .text: nil
      case .force: "force"
      case .name(let word): word
      case .condition: "for"
      case .limit: "within"
      }
    }

    /// The notation in the reference.
    var form: String {
      let value: String? =
        switch self {
        case .target: "TARGET"
        case .text(let name): name
        case .force: nil
        case .name: "NAME"
        case .condition: "WHAT"
        case .limit: "TIME"
        }
      return [word, value].compactMap(\.self).joined(separator: " ")
    }
  }

  /// The state in which a verb leaves a machine.
  public enum Outcome: Sendable {
    case running, stopped, paused
    /// The machine is deleted.
    case gone
    /// The previous state, or one that is not known in advance.
    case asItIs
    /// The verb changes nothing on the host.
    case untouched
  }

  /// The word that begins the statement.
  public let word: String
  /// The parts after the word, in order; one is the target.
  public let arguments: [Argument]
  /// The verb in progress, such as `starting`.
  public let doing: String
  /// The state in which it leaves a machine.
  public let outcome: Outcome
  /// A description, one sentence without its full stop.
  public let doc: String
  /// A line that works without changes.
  public let example: String
  /// The words of other programs for it.
  public let synonyms: [String]
  /// Whether the statement is an expression, too.
  public let hasValue: Bool

  init(
    _ word: String, _ arguments: [Argument], doing: String, leaves outcome: Outcome,
    _ doc: String, _ example: String, synonyms: [String] = [], hasValue: Bool = false
  ) {
    self.hasValue = hasValue
    self.word = word
    self.arguments = arguments
    self.doing = doing
    self.outcome = outcome
    self.doc = doc
    self.example = example
    self.synonyms = synonyms
  }

  /// The words that distinguish the statement from other verbs, such as `delete snapshot`.
  public var title: String {
    guard case .name(let noun)? = arguments.first else { return word }
    return "\(word) \(noun)"
  }

  /// The notation of the statement, such as `stop TARGET force`.
  public var form: String { ([word] + arguments.map(\.form)).joined(separator: " ") }

  /// Returns a statement on a target, with the required arguments.
  ///
  /// - Parameter target: the target as code, such as `"web"`.
  public func statement(on target: String) -> String {
    let required: [String?] = arguments.flatMap { argument -> [String?] in
      switch argument {
      case .target(let word): [word, target]
      case .text(let name): ["\"\(name)\""]
      case .force, .limit: []
      case .name(let word): [word, "\"NAME\""]
      case .condition: [argument.word, "ip"]
      }
    }
    return ([word] + required.compactMap(\.self)).joined(separator: " ")
  }
}

extension Node {
  /// The verb of a `verbStatement`; nil for any other node.
  public var verb: Verb? { kind == .verbStatement ? Verb(rawValue: data) : nil }

  /// The arguments of a `verbStatement` with the children that hold them.
  ///
  /// - Parameter children: all children of the node.
  public func arguments(
    _ children: some Sequence<NodeID>
  ) -> [(argument: VerbRow.Argument, child: NodeID)] {
    let held = verb?.row.arguments.filter { $0 != .force } ?? []
    return Array(zip(held, children)).map { ($0, $1) }
  }

  /// The position of the target among the children of a `verbStatement`.
  public var targetPosition: Int? {
    verb?.row.arguments.filter { $0 != .force }.firstIndex {
      if case .target = $0 { true } else { false }
    }
  }
}
