import VMScript
import VMScriptPlan
import VMScriptSyntax

extension RunHost {
  /// What has come of the run so far.
  struct Progress: Sendable {
    var plan: Plan
    var diagnostics: [Diagnostic] = []
    var isRefused = false
    /// Whether the host was looked at as a whole.
    var hasPlanned = false
    /// Whether the run may change what was last run from elsewhere.
    var isOriginConfirmed = false
    /// Keeps other runs of the stack away; nil where nothing is changed.
    var lock: StackLock?
    /// What was put into effect already; verbs may have changed it since, on purpose.
    var settled = SettledDeclarations()
    /// The declarations that are being put into effect, and what became of each change so far.
    var applying: (set: DeclarationSet, changes: [Change])?
    /// What the evaluation waits for, or was let go from.
    var current: Waiting?
    /// What the evaluation was let go from.
    var leftBehind: LeftBehind?
    var isCancelled = false
    /// Whether the host refused something, so that the script is not gone on with.
    var hasFailed = false
    /// What the whole script declares, where it was asked for.
    var declaredInTheEnd: Set<ResourceKey>?
    /// Where nothing is applied, what would have been done by now.
    var expected = ExpectedState()
  }
}

extension RunHost.Progress {
  /// Notes what becomes of a change that is being applied.
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

  /// Takes what was being applied as it stands; only what is as declared now is settled.
  mutating func conclude() {
    guard let (set, changes) = applying.take() else { return }
    plan.append(changes)
    let unsettled = Set(changes.filter { $0.result != .done && $0.result != nil }.map(\.key))
    for declaration in set.declarations where !unsettled.contains(declaration.key) {
      settled.insert(declaration)
    }
  }

  /// Takes what was being applied as it stands when it is not waited for any longer.
  ///
  /// - Parameters:
  ///   - work: goes on by itself; nil if it has ended.
  ///   - doing: what it does, unless changes of a plan say so.
  mutating func leave(_ work: Task<Void, Never>?, _ doing: String) -> LeftBehind? {
    let changes = applying?.changes ?? []
    let underWay = changes.filter { $0.result == .underWay }.map(\.label)
    applying?.changes = changes.map { change in
      var change = change
      change.result = change.result ?? .notAttempted
      return change
    }
    conclude()
    leftBehind = work.map { LeftBehind(what: underWay.isEmpty ? [doing] : underWay, work: $0) }
    return leftBehind
  }
}

/// Work on the host that goes on though nobody waits for it.
struct LeftBehind: Sendable {
  /// What is being done, in words.
  let what: [String]
  let work: Task<Void, Never>
}

extension Change {
  /// What is being done to what, in words.
  fileprivate var label: String { "\(action.gerund) the \(kind.rawValue) `\(name)`" }
}

/// What took effect: each resource as it was declared when it did.
struct SettledDeclarations: Sendable {
  private var declarations: [ResourceKey: Declaration] = [:]

  /// Whether this very declaration took effect; of what was declared again since, the later one did not.
  func holds(_ declaration: Declaration) -> Bool {
    declarations[declaration.key]?.revision == declaration.revision
  }

  /// What a resource was put into effect as; nil if it never was.
  subscript(_ key: ResourceKey) -> Declaration? { declarations[key] }

  /// Notes that a declaration took effect.
  mutating func insert(_ declaration: Declaration) { declarations[declaration.key] = declaration }

  /// Notes that domains are gone.
  mutating func remove(_ targets: [VerbRequest.Target]) {
    declarations = declarations.filter { key, _ in
      key.kind != .domain || !targets.contains { $0.names(key.name) }
    }
  }
}
