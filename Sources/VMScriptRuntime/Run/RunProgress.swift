import VMScript
import VMScriptPlan
import VMScriptSyntax

extension RunHost {
  /// The state of the run so far.
  struct Progress: Sendable {
    var plan: Plan
    var diagnostics: [Diagnostic] = []
    var isRefused = false
    /// Whether the whole host was read.
    var hasPlanned = false
    /// Whether the run may change a stack that was last run from elsewhere.
    var isOriginConfirmed = false
    /// Whether the host was asked to record the end of the stack's lifetime.
    var isExpiryRecorded = false
    /// The times at which declarations took effect.
    var effects: [(start: ContinuousClock.Instant, duration: Duration)] = []
    /// The lock on the stack; nil if the run changes nothing.
    var lock: (any StackHold)?
    /// The declarations that took effect; verbs may have changed their resources since, on purpose.
    var settled = SettledDeclarations()
    /// The declarations that are being applied, and their changes with the results so far.
    var applying: (set: DeclarationSet, changes: [Change])?
    /// The work that the evaluation waits for, or waited for last.
    var current: Waiting?
    /// The work that the evaluation stopped waiting for.
    var abandonedWork: AbandonedWork?
    var isCancelled = false
    /// Whether the host refused something, so that the script ends.
    var hasFailed = false
    /// The resources that the whole script declares; nil until they are needed.
    var declaredInTheEnd: Set<ResourceKey>?
    /// The state that the planned changes would have caused, if nothing is applied.
    var expected = ExpectedState()
  }
}

extension RunHost.Progress {
  /// Records the result of a change that is being applied.
  mutating func note(_ event: ProgressEvent) {
    switch event {
    case .started(let change): applying?.changes[change.id].result = .underWay
    case .failed(let change, _): applying?.changes[change.id].result = .failed
    case .skipped(let change, let cause):
      applying?.changes[change.id].result = .skipped(because: cause)
    case .finished(let change, let milliseconds):
      applying?.changes[change.id].result = .done
      applying?.changes[change.id].milliseconds = milliseconds
    default: break
    }
  }

  /// Adds the changes that were being applied to the plan; settles only those that are now as declared.
  mutating func conclude() {
    guard let (set, changes) = applying.take() else { return }
    plan.append(changes)
    let unsettled = Set(changes.filter { $0.result != .done && $0.result != nil }.map(\.key))
    for declaration in set.declarations where !unsettled.contains(declaration.key) {
      settled.insert(declaration)
    }
  }

  /// Adds the changes that were being applied to the plan when the run stops waiting for them.
  ///
  /// - Parameters:
  ///   - work: the work that continues; nil if it has ended.
  ///   - doing: its description, unless changes of a plan describe it.
  mutating func leave(_ work: Task<Void, Never>?, _ doing: String) -> AbandonedWork? {
    let changes = applying?.changes ?? []
    let underWay = changes.filter { $0.result == .underWay }.map(\.label)
    applying?.changes = changes.map { change in
      var change = change
      change.result = change.result ?? .notAttempted
      return change
    }
    conclude()
    abandonedWork = work.map {
      AbandonedWork(what: underWay.isEmpty ? [doing] : underWay, work: $0)
    }
    return abandonedWork
  }
}

/// Work on the host that continues in the background.
struct AbandonedWork: Sendable {
  /// Descriptions of the work.
  let what: [String]
  let work: Task<Void, Never>
}

extension Change {
  /// The description of the change in progress.
  fileprivate var label: String { "\(action.gerund) the \(kind.rawValue) `\(name)`" }
}

/// The declarations that took effect, by resource.
struct SettledDeclarations: Sendable {
  private var declarations: [ResourceKey: Declaration] = [:]

  /// Whether this revision of the declaration took effect.
  func holds(_ declaration: Declaration) -> Bool {
    declarations[declaration.key]?.revision == declaration.revision
  }

  /// The declaration of a resource that took effect; nil if none did.
  subscript(_ key: ResourceKey) -> Declaration? { declarations[key] }

  /// Records that a declaration took effect.
  mutating func insert(_ declaration: Declaration) { declarations[declaration.key] = declaration }

  /// Records that domains are gone.
  mutating func remove(_ targets: [VerbRequest.Target]) {
    declarations = declarations.filter { key, _ in
      key.kind != .domain || !targets.contains { $0.names(key.name) }
    }
  }
}
