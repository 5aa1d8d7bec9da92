import VMScript
import VMScriptSyntax

/// A verb that a script runs, as a plan lists it.
public struct VerbRecord: Sendable {
  /// The verb's word, such as `start`.
  public let action: String
  /// Names and globs, in order.
  public let targets: [String]
  /// The statement.
  public let span: Span

  /// Makes a record.
  public init(action: String, targets: [String], span: Span) {
    self.action = action
    self.targets = targets
    self.span = span
  }

  /// The record of a request.
  public init(_ request: VerbRequest) {
    let targets = request.targets.map { target in
      switch target {
      case .resource(let reference): reference.name
      case .pattern(let pattern): pattern
      }
    }
    self.init(action: request.verb.word, targets: targets, span: request.span)
  }
}

/// What the definition of a running object says and the object takes on at its next start.
public struct PendingRestart: Sendable {
  /// The object.
  public let resource: ResourceReference
  /// From what runs to what is defined.
  public let properties: [PropertyDifference]
}

/// A domain that the verb `delete` removes.
public struct Deletion: Sendable, Hashable {
  /// The domain's name.
  public let name: String
  /// Whether a disk of the stack's, a snapshot or another state goes with it.
  public let losesData: Bool

  package init(name: String, losesData: Bool) {
    self.name = name
    self.losesData = losesData
  }
}

/// What a run would change, or has changed.
public struct Plan: Sendable {
  /// Whose resources these are.
  public var stack: String
  /// In the order of the script, deletions last; ``Change/id`` is the position.
  public var changes: [Change]
  /// The verbs of the script, in order.
  public var verbs: [VerbRecord]
  /// What the stack once made and the script no longer declares.
  public var undeclared: [ResourceReference]
  /// Where the stack was last run from, if that is not where it is run from now.
  public var otherOrigin: StackOrigin?
  /// Where the stack was last run from, as its machines record it; nil where none does.
  public var recordedOrigin: StackOrigin?
  /// The domains that the verb `delete` is about to remove, where each deletion is confirmed.
  public var deletions: [Deletion] = []
  /// The blocks that resources lose because a session declared them again without.
  public var leftOut: [LeftOutBlocks] = []
  /// What is defined already and waits for a restart, of declared resources.
  public var pending: [PendingRestart]

  /// Makes a plan; without changes it is empty.
  public init(
    stack: String, changes: [Change] = [], verbs: [VerbRecord] = [],
    undeclared: [ResourceReference] = [], pending: [PendingRestart] = []
  ) {
    self.stack = stack
    self.changes = changes
    self.verbs = verbs
    self.undeclared = undeclared
    self.pending = pending
  }

  /// Whether there is nothing to change.
  public var isEmpty: Bool { changes.isEmpty }

  /// Whether it must not be applied unasked: it loses data, unplugs guests, deletes, or changes what
  /// was last run from elsewhere.
  public var needsConsent: Bool {
    let isOthers =
      otherOrigin != nil && (changes.contains { $0.action != .create } || !verbs.isEmpty)
    return isOthers || !deletions.isEmpty || !leftOut.isEmpty || !changesThatNeedConsent.isEmpty
  }

  /// The changes that must not be done without a yes.
  public var changesThatNeedConsent: [Change] { changes.filter(\.needsConsent) }
}

/// A run with several points of effect has several plans, which its report joins.
extension Plan {
  /// Adds the changes of a later plan, renumbered to their positions here. A resource that both plans
  /// change stands once, with everything that is done to it.
  package mutating func append(_ later: [Change]) {
    var positions = Dictionary(changes.map { ($0.key, $0.id) }) { first, _ in first }
    var renumbered: [Int: Int] = [:]
    for change in later {
      let position = positions[change.key] ?? positions.count
      positions[change.key] = position
      renumbered[change.id] = position
    }
    for change in later {
      guard let position = renumbered[change.id] else { continue }
      let dependencies = change.dependencies.compactMap { renumbered[$0] }
      let moved = change.moved(to: position, dependencies: dependencies)
      if changes.indices.contains(position) {
        changes[position] = changes[position].followed(by: moved)
      } else {
        changes.append(moved)
      }
    }
  }
}

extension Change {
  /// Two changes of one resource as one.
  fileprivate func followed(by later: Change) -> Change {
    guard later.action != .delete else { return later }
    var merged = properties
    for property in later.properties {
      if let index = merged.firstIndex(where: { $0.path == property.path }) {
        merged[index] = property.changing(from: merged[index].from)
      } else {
        merged.append(property)
      }
    }
    var joined = Change(
      id: id, action: action == .create ? .create : later.action, kind: kind, name: name,
      source: later.source ?? source, impact: max(impact, later.impact), properties: merged,
      creation: later.creation ?? creation, span: later.span ?? span,
      dependencies: Set(dependencies + later.dependencies).subtracting([id]).sorted())
    joined.result = later.result ?? result
    joined.milliseconds =
      milliseconds.map { $0 + (later.milliseconds ?? 0) } ?? later.milliseconds
    return joined
  }
}

extension [Change] {
  /// The others, renumbered; what depended on one that is left out no longer waits for it.
  package func leavingOut(_ isLeftOut: (Change) -> Bool) -> [Change] {
    let kept = filter { !isLeftOut($0) }
    let positions = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { ($0.element.id, $0.offset) })
    return kept.enumerated().map { position, change in
      change.moved(to: position, dependencies: change.dependencies.compactMap { positions[$0] })
    }
  }
}

extension Plan {
  /// The plan as the document that `plan --json` prints; results stand in it once it was applied.
  ///
  /// - Parameters:
  ///   - sources: where the changes' spans point into.
  ///   - outputs: the script's outputs, for `run --json`; nil leaves the key out.
  public func document(
    sources: SourceMap, outputs: ValueMap? = nil
  ) -> Value {
    var document: ValueMap = [
      "stack": .string(stack),
      "changes": .list(changes.map { $0.document(sources: sources) }),
      "verbs": .list(verbs.map { $0.document(sources: sources) }),
      "undeclared": .list(
        undeclared.map { reference in
          .map(["kind": .string(reference.kind.rawValue), "name": .string(reference.name)])
        }),
      "pending": .list(
        pending.map { restart in
          .map([
            "kind": .string(restart.resource.kind.rawValue), "name": .string(restart.resource.name),
            "properties": .list(restart.properties.map(\.document)),
          ])
        }),
    ]
    if let otherOrigin {
      document["lastRunFrom"] = .map([
        "host": .string(otherOrigin.host), "script": .string(otherOrigin.script),
      ])
    }
    if let outputs { document["outputs"] = .map(outputs) }
    return .map(document)
  }
}

extension Change {
  fileprivate func document(sources: SourceMap) -> Value {
    var document: ValueMap = [
      "action": .string(action.rawValue), "kind": .string(kind.rawValue), "name": .string(name),
    ]
    if let source { document["source"] = .string(source) }
    document["impact"] = .string(impact.rawValue)
    document["properties"] = .list(
      (creation?.properties ?? properties).map(\.document))
    document["location"] = span.map { .string(sources.location($0)) } ?? Value.none
    if let result { document["result"] = .string(result.word) }
    if let milliseconds { document["milliseconds"] = .int(milliseconds) }
    return .map(document)
  }
}

extension PropertyDifference {
  /// The difference as documents list it.
  package var document: Value {
    var entry: ValueMap = [
      "name": .string(path), "from": from ?? .none, "to": to ?? .none,
    ]
    if let consequence { entry["consequence"] = .string(consequence) }
    return .map(entry)
  }
}

extension Change.Result {
  /// The result as documents name it.
  package var word: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .skipped: "skipped"
    case .notAttempted: "not-attempted"
    case .underWay: "under-way"
    }
  }
}

extension VerbRecord {
  fileprivate func document(sources: SourceMap) -> Value {
    .map([
      "action": .string(action), "targets": .list(targets.map(Value.string)),
      "location": .string(sources.location(span)),
    ])
  }
}

extension SourceMap {
  /// File, line and column of a span's first byte, as `lab.vmscript:7:1`; columns count characters.
  func location(_ span: Span) -> String {
    let source = self[span.source]
    let before = source.bytes.prefix(Int(span.start))
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return "\(source.name):\(line):\(column)"
  }
}

/// A step of a run, for whoever shows it.
public enum ProgressEvent: Sendable {
  case connected(uri: String)
  case planned(Plan)
  case started(Change)
  /// Part of a change is done: `done` of `total` bytes of a phase such as `upload`.
  case advanced(Change, phase: String, done: Int64, total: Int64)
  case finished(Change, milliseconds: Int64)
  case failed(Change, Diagnostic)
  /// Not tried, because the change of the resource of this name failed.
  case skipped(Change, because: String)
  case verbStarted(VerbRecord)
  case verbFinished(VerbRecord, milliseconds: Int64)
  case verbFailed(VerbRecord)
  /// A line of the script's `print`.
  case printed(String)
  /// What is being waited for, such as `an address of web-1`.
  case waiting(String)
}
