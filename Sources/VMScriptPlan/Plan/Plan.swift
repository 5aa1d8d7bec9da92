import VMScript
import VMScriptSyntax

/// A verb of a script in a plan.
public struct VerbRecord: Sendable {
  /// The name of the verb, such as `start`.
  public let action: String
  /// Names and globs, in order.
  public let targets: [String]
  /// The statement.
  public let span: Span

  /// Creates a record.
  public init(action: String, targets: [String], span: Span) {
    self.action = action
    self.targets = targets
    self.span = span
  }

  /// The record of a request.
  public init(_ request: VerbRequest) {
    self.init(
      action: request.verb.row.title, targets: request.targets.map(\.text), span: request.span)
  }
}

/// The differences between a running object and its definition, which the next start applies.
public struct PendingRestart: Sendable {
  /// The object.
  public let resource: ResourceReference
  /// The differences from the running to the defined state.
  public let properties: [PropertyDifference]
}

/// A domain that the verb `delete` removes.
public struct Deletion: Sendable, Hashable {
  /// The domain's name.
  public let name: String
  /// Whether a disk of the stack, a snapshot or other state is deleted with it.
  public let losesData: Bool

  package init(name: String, losesData: Bool) {
    self.name = name
    self.losesData = losesData
  }
}

/// The changes that a run would make, or has made.
public struct Plan: Sendable {
  /// The stack that owns the resources.
  public var stack: String
  /// The changes in the order of the script, deletions last; ``Change/id`` is the position.
  public var changes: [Change]
  /// The verbs of the script, in order.
  public var verbs: [VerbRecord]
  /// The resources of the stack that the script no longer declares.
  public var undeclared: [ResourceReference]
  /// The origin of the stack's last run, if it differs from the present one.
  public var otherOrigin: StackOrigin?
  /// The origin of the stack's last run, as its machines record it; nil if none does.
  public var recordedOrigin: StackOrigin?
  /// The domains that the verb `delete` removes, if each deletion needs confirmation.
  public var deletions: [Deletion] = []
  /// The blocks that resources lose because a session redeclared them without these blocks.
  public var leftOut: [LeftOutBlocks] = []
  /// The defined changes of declared resources that wait for a restart.
  public var pending: [PendingRestart]

  /// Creates a plan, which is empty without changes.
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

  /// Whether it needs confirmation: it loses data, unplugs guests, deletes, or changes a stack
  /// that was last run from elsewhere.
  public var needsConsent: Bool {
    let isOthers =
      otherOrigin != nil && (changes.contains { $0.action != .create } || !verbs.isEmpty)
    return isOthers || !deletions.isEmpty || !leftOut.isEmpty || !changesThatNeedConsent.isEmpty
  }

  /// The changes that need confirmation.
  public var changesThatNeedConsent: [Change] { changes.filter(\.needsConsent) }
}

/// Merging of plans: a run with several points of effect has several plans, which its report
/// joins.
extension Plan {
  /// Adds the changes of a later plan, renumbered to their positions here. A resource that both
  /// plans change appears once, with all its changes.
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
  /// Merges two changes of one resource.
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
  /// Returns the remaining changes, renumbered. Dependencies on omitted changes are dropped.
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
  /// Returns the document that `plan --json` prints. After the plan was applied, it contains the
  /// results.
  ///
  /// - Parameters:
  ///   - sources: the sources of the changes' spans.
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
    if let download {
      document["download"] = .map([
        "size": download.size.map { Value.size(ByteSize(bytes: $0)) } ?? Value.none
      ])
    }
    document["location"] = span.map { .string(sources.location($0)) } ?? Value.none
    if let result { document["result"] = .string(result.word) }
    if let milliseconds { document["milliseconds"] = .int(milliseconds) }
    return .map(document)
  }
}

extension PropertyDifference {
  /// The difference in the form of JSON documents.
  package var document: Value {
    var entry: ValueMap = [
      "name": .string(path), "from": from ?? .none, "to": to ?? .none,
    ]
    if let consequence { entry["consequence"] = .string(consequence) }
    return .map(entry)
  }
}

extension Change.Result {
  /// The result in the form of JSON documents.
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
  /// Returns the line of a span's first byte, from 1.
  package func line(of span: Span) -> Int {
    self[span.source].location(of: span.start).line
  }

  /// Returns file, line and column of a span's first byte, such as `lab.vmscript:7:1`. Columns
  /// count characters.
  func location(_ span: Span) -> String {
    let source = self[span.source]
    let before = source.bytes.prefix(Int(span.start))
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return "\(source.name):\(line):\(column)"
  }
}

/// A progress event of a run.
public enum ProgressEvent: Sendable {
  case connected(uri: String)
  case planned(Plan)
  case started(Change)
  /// A part of a change is done: `done` of `total` bytes of a phase such as `upload`.
  case advanced(Change, phase: String, done: Int64, total: Int64)
  case finished(Change, milliseconds: Int64)
  case failed(Change, Diagnostic)
  /// Skipped, because the change of the resource of this name failed.
  case skipped(Change, because: String)
  case verbStarted(VerbRecord)
  case verbFinished(VerbRecord, milliseconds: Int64)
  case verbFailed(VerbRecord)
  /// The result of a `check` in a test.
  case checked(CheckResult)
  /// A line of the script's `print`.
  case printed(String)
  /// The object of a wait, such as `an address of web-1`.
  case waiting(String)
  /// The download of an image from an address, which is shown without credentials.
  case downloadStarted(image: String, from: String)
  /// A part of a download is done: `done` of `total` bytes of a phase such as `download`; the total
  /// is 0 if it is unknown.
  case downloadAdvanced(image: String, phase: String, done: Int64, total: Int64)
  case downloadFinished(image: String, size: Int64)
  case downloadFailed(image: String)
}
