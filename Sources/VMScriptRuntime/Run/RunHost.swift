import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptSyntax

/// The host of an evaluation that has a connection: one for `run`, one for `plan`.
///
/// The evaluator calls it from its own thread, which waits while the work goes on elsewhere.
final class RunHost: EvaluationHost {
  /// Whether declarations are put into effect, or only planned.
  enum Mode: Sendable { case run, plan }

  /// What has come of the run so far.
  struct Progress: Sendable {
    var plan: Plan
    var diagnostics: [Diagnostic] = []
    var isRefused = false
    /// What was put into effect already; verbs may have changed it since, on purpose.
    var settled = SettledDeclarations()
    var current: Task<Void, Never>?
    var isCancelled = false
    /// Whether the host refused something, so that the script is not gone on with.
    var hasFailed = false
  }

  let pool: ConnectionPool
  private let hypervisor: String
  private let mode: Mode
  let options: RunOptions
  private let sources: SourceMap
  private let store: VolumeStore
  private let progress: Mutex<Progress>

  init(
    pool: ConnectionPool, hypervisor: String, stack: String, mode: Mode, options: RunOptions,
    sources: SourceMap, settled: SettledDeclarations = SettledDeclarations()
  ) {
    self.sources = sources
    store = VolumeStore(connections: pool)
    self.pool = pool
    self.hypervisor = hypervisor
    self.mode = mode
    self.options = options
    progress = Mutex(Progress(plan: Plan(stack: stack), settled: settled))
  }

  /// Where the run stands.
  var standing: Progress { progress.withLock(\.self) }

  /// Ends what waits, lets changes in flight come to their end, and begins nothing more.
  func cancel() {
    let current = progress.withLock { standing in
      standing.isCancelled = true
      return standing.current
    }
    current?.cancel()
  }

  func print(_ line: String) { options.progress(.printed(line)) }

  var isOver: Bool { progress.withLock { $0.hasFailed || $0.isCancelled } }

  func attribute(
    _ name: String, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    if mode == .run { try takeEffect(declarations, isEnd: false) }
    let reader = AttributeReader(pool: pool)
    let (planning, mode) = (planning, mode)
    return try waiting("reading `\(name)` of `\(resource.name)`", span) {
      guard resource.kind != .image else {
        return try await planning.attribute(name, ofImage: resource.name, declarations)
      }
      let value = try await reader.value(of: name, resource: resource)
      if case .unknown = value, mode == .run {
        throw HostMessages.missing(resource.name, resource.kind, at: span)
      }
      return value
    }
  }

  func perform(_ verb: VerbRequest, declarations: DeclarationSet) throws(Diagnostic) {
    let record = VerbRecord(verb)
    try takeEffect(declarations, isEnd: false)
    if mode == .run {
      let runner = VerbRunner(pool: pool, stack: declarations.stack, progress: options.progress)
      let start = ContinuousClock.now
      options.progress(.verbStarted(record))
      do throws(Diagnostic) {
        if case .wait(.expression(let holds), let limit) = verb.action {
          try wait(until: holds, limit ?? VerbRunner.standardLimit, verb, of: runner.targets)
        } else {
          try waiting(record.action, verb.span) { try await runner.perform(verb) }
        }
      } catch {
        options.progress(.verbFailed(record))
        progress.withLock { $0.hasFailed = true }
        throw error
      }
      let milliseconds = (ContinuousClock.now - start).wholeMilliseconds
      options.progress(.verbFinished(record, milliseconds: milliseconds))
    }
    progress.withLock { standing in
      standing.plan.verbs.append(record)
      if case .delete = verb.action { standing.settled.remove(verb.targets) }
    }
  }

  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? {
    let pool = pool
    return try waiting("looking up `\(resource.name)`", nil) {
      try await pool.run { connection in
        switch resource.kind {
        case .domain: try connection.domain(named: resource.name) != nil
        case .net: try connection.network(named: resource.name) != nil
        case .image, .custom: nil
        }
      }
    }
  }

  /// Whether anything is declared that was not put into effect yet.
  func needsEffect(_ set: DeclarationSet) -> Bool {
    let settled = standing.settled
    return !set.ofLibvirt.declarations.allSatisfy(settled.holds)
  }

  /// Plans what is declared and was not put into effect yet, and, in a run, applies it.
  ///
  /// - Parameter isEnd: whether all is declared, so that what is missing is no longer declared.
  func takeEffect(_ set: DeclarationSet, isEnd: Bool) throws(Diagnostic) {
    guard isEnd || needsEffect(set) else { return }
    let set = set.ofLibvirt
    try waiting("putting the declarations into effect", nil) { [self] in
      try await planAndApply(set, isEnd: isEnd)
    }
  }

  private func planAndApply(_ set: DeclarationSet, isEnd: Bool) async throws {
    let settled = standing.settled
    let outcome = try await planning.plan(set, prune: isEnd && options.prune)
    var plan = outcome.plan
    try note(outcome.diagnostics)
    let asDeclared = Set(set.declarations.filter(settled.holds).map(\.key))
    plan.changes = plan.changes.leavingOut {
      $0.action != .delete && asDeclared.contains($0.key)
    }
    if !isEnd { plan.undeclared = [] }
    progress.withLock { $0.plan.undeclared = plan.undeclared }
    options.progress(.planned(plan))
    let failures = mode == .run ? try await apply(&plan, outcome.storage) : []
    let undone = Set(plan.changes.filter { mode == .run && $0.result != .done }.map(\.key))
    progress.withLock { standing in
      standing.plan.append(plan.changes)
      for declaration in set.declarations where !undone.contains(declaration.key) {
        standing.settled.insert(declaration)
      }
      standing.diagnostics += failures.dropFirst()
    }
    if let first = failures.first { throw first }
  }

  /// Applies a plan after the yes that it may need; gives what failed.
  private func apply(_ plan: inout Plan, _ storage: StoragePlan) async throws -> [Diagnostic] {
    let risky = plan.changesThatNeedConsent
    if !risky.isEmpty, !options.assumeYes, await !options.confirm(plan) {
      let changes = plan.changes
      progress.withLock { standing in
        standing.isRefused = true
        standing.plan.append(changes)
      }
      throw HostMessages.refused(risky)
    }
    let provisioner = Provisioner(
      pool: pool, hypervisor: hypervisor, storage: storage, store: store,
      progress: options.progress,
      warn: { [self] warning in progress.withLock { $0.diagnostics.append(warning) } })
    let scheduler = ChangeScheduler(
      jobs: options.jobs, progress: options.progress,
      endsEverything: HostMessages.endsEverything)
    let outcome = await scheduler.apply(plan.changes) { change throws(Diagnostic) in
      try await provisioner.apply(change)
    }
    plan.changes = outcome.changes
    let isUnfinished = plan.changes.contains { $0.result == .notAttempted }
    guard outcome.diagnostics.isEmpty else { return Self.eachEndOnce(outcome.diagnostics) }
    guard isUnfinished else {
      try await provisioner.removeLeftovers(after: plan.changes)
      return []
    }
    return [HostMessages.cancelled("the run", at: nil)]
  }

  /// What ends everything is told once, though it met every change that was in flight.
  private static func eachEndOnce(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var codes: Set<Int> = []
    return diagnostics.filter {
      !HostMessages.endsEverything($0) || codes.insert($0.code.number).inserted
    }
  }

  private var planning: Planning {
    Planning(
      pool: pool, hypervisor: hypervisor, sources: sources, adopt: options.adopt,
      progress: options.progress)
  }

  /// Keeps warnings, each once, and ends with the first error; the others are kept too.
  private func note(_ diagnostics: [Diagnostic]) throws(Diagnostic) {
    let errors = diagnostics.filter { $0.severity == .error }
    progress.withLock { standing in
      for warning in diagnostics where warning.severity != .error {
        let isKnown = standing.diagnostics.contains {
          $0.code == warning.code && $0.primary?.span == warning.primary?.span
        }
        if !isKnown { standing.diagnostics.append(warning) }
      }
      standing.diagnostics += errors.dropFirst()
    }
    if let first = errors.first { throw first }
  }

  /// Does asynchronous work while the evaluation's own thread waits for it.
  func waiting<T: Sendable>(
    _ doing: String, _ span: Span?, _ work: @escaping @Sendable () async throws -> T
  ) throws(Diagnostic) -> T {
    guard !standing.isCancelled else { throw HostMessages.cancelled(doing, at: span) }
    let result = Mutex<Result<T, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    let task = Task.detached {
      let outcome: Result<T, any Error>
      do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
      result.withLock { $0 = outcome }
      done.signal()
    }
    let isCancelled = progress.withLock { standing in
      standing.current = task
      return standing.isCancelled
    }
    if isCancelled { task.cancel() }
    done.wait()
    let outcome = result.withLock(\.self)
    if case .success(let value) = outcome { return value }
    progress.withLock { $0.hasFailed = true }
    switch outcome {
    case .failure(let error): throw HostMessages.diagnostic(error, doing, at: span)
    default: throw HostMessages.cancelled(doing, at: span)
    }
  }
}
