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
