import Synchronization
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptSyntax

/// The host of an evaluation with a connection, for `run` or for `plan`.
///
/// The evaluator calls it from its own thread, which waits while other threads do the work.
final class RunHost: EvaluationHost {
  /// Whether declarations are applied or only planned.
  enum Mode: Sendable { case run, plan }

  let backend: any Backend
  private let mode: Mode
  let options: RunOptions
  private let sources: SourceMap
  /// The access to images by address and by name.
  private let images: any RemoteImages
  /// Evaluates the whole script without a host; nil if that fails.
  private let preview: @Sendable () -> DeclarationSet?
  let progress: Mutex<Progress>

  init(
    backend: any Backend, stack: String, mode: Mode, options: RunOptions,
    sources: SourceMap, settled: SettledDeclarations = SettledDeclarations(),
    memory: ImageMemory = ImageMemory(),
    preview: @escaping @Sendable () -> DeclarationSet? = { nil }
  ) {
    self.preview = preview
    images = ImageFetcher(
      downloads: mode == .run, memory: memory, progress: options.progress)
    self.sources = sources
    self.backend = backend
    self.mode = mode
    self.options = options
    progress = Mutex(Progress(plan: Plan(stack: stack), settled: settled))
  }

  /// The state of the run.
  var standing: Progress { progress.withLock(\.self) }

  /// Holds a lock on the stack from now on; its claim is made before the first change.
  func hold(_ lock: any StackHold) { progress.withLock { $0.lock = lock } }

  func print(_ line: String) { options.progress(.printed(line)) }

  var isOver: Bool { progress.withLock { $0.hasFailed || $0.isCancelled } }

  var collectsChecks: Bool { mode == .run && options.collectsChecks }

  func receive(_ result: CheckResult) {
    var result = result
    // The evaluation of a check may have applied the declarations before it.
    let effects = progress.withLock(\.effects).filter { $0.start >= result.start }
    result.duration -= effects.reduce(.zero) { $0 + $1.duration }
    options.progress(.checked(result))
  }

  func attribute(
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    if mode == .run { try takeEffect(declarations, isEnd: false) }
    let (planning, mode, expected, backend) = (planning, mode, standing.expected, backend)
    return try waiting("reading `\(attribute.name)` of `\(resource.name)`", span) { _ in
      let read: Value?
      switch attribute {
      case .image(let attribute):
        let (storage, resolver, _) = try await planning.resolve(declarations)
        return try await ImageAttributes(host: backend, storage: storage, resolver: resolver)
          .value(of: attribute, image: resource.name)
      case .domain(let attribute): read = try await backend.value(of: attribute, resource.name)
      case .net(let attribute): read = try await backend.value(of: attribute, resource.name)
      }
      guard let value = read else {
        if mode == .run { throw HostMessages.missing(resource.name, resource.kind, at: span) }
        return .unknown(UnknownOrigin(resource: resource.name, attribute: attribute.name))
      }
      // Changes that were planned before count as done.
      if attribute == .domain(.state), let state = expected.state(of: resource.name) {
        return .string(state.rawValue)
      }
      return value
    }
  }

  func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress {
    guard let wanted = declarations.fixedAddress(of: resource.name) else { return declared }
    let backend = backend
    return try waiting("reading `ip` of `\(resource.name)`", span) { _ in
      let found = try await backend.addresses(of: resource.name, with: wanted)
      guard let found, let first = found.first, !found.contains(declared) else { return declared }
      return first
    }
  }

  func identity(
    _ derived: Value, _ attribute: LiveAttribute.DomainAttribute, of resource: ResourceReference,
    at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    let names =
      [resource.name]
      + declarations.moves.map(\.old).filter {
        declarations.destinations[$0]?.new == resource.name
      }
    let backend = backend
    return try waiting("reading `\(attribute.rawValue)` of `\(resource.name)`", span) { _ in
      for name in names {
        guard let found = try await backend.value(of: attribute, name) else { continue }
        // Interfaces that are declared but not made yet have no address on the host.
        if case .list(let present) = found, case .list(let declared) = derived,
          present.count != declared.count
        {
          continue
        }
        return found
      }
      return derived
    }
  }

  func perform(
    _ verb: VerbRequest, declarations: DeclarationSet
  ) throws(Diagnostic) -> [String: Value] {
    let record = VerbRecord(verb)
    try takeEffect(declarations, isEnd: false)
    if !verb.onlyWaits { try confirmOrigin(for: record, verb.span) }
    let verb = try confirmDeletion(verb, of: declarations.stack)
    var values: [String: Value] = [:]
    if mode == .run {
      let reports = RunReports(
        progress: options.progress,
        warn: { [self] warning in progress.withLock { $0.diagnostics.append(warning) } },
        hasAddress: { [self] name in forgetEarlierLease(of: name, declarations) })
      let start = ContinuousClock.now
      options.progress(.verbStarted(record))
      do throws(Diagnostic) {
        if case .expression(let holds)? = verb.condition {
          try wait(until: holds, verb, in: declarations.stack)
        } else {
          values = try waiting(record.action, verb.span, isActing: !verb.onlyWaits) { [self] _ in
            if !verb.onlyWaits { _ = try await claimHost() }
            return try await backend.perform(verb, of: declarations, sources, reports)
          }
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
      if mode == .plan { standing.expected.note(verb) }
      if verb.verb.row.outcome == .gone { standing.settled.remove(verb.targets) }
    }
    return values
  }

  /// Removes the warning that a machine does not have its declared address yet.
  private func forgetEarlierLease(of name: String, _ declarations: DeclarationSet) {
    guard let fixed = declarations.fixedAddress(of: name) else { return }
    progress.withLock { standing in
      standing.diagnostics.removeAll { PlanMessages.isEarlierLease($0, of: name, fixed.ip) }
    }
  }

  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? {
    let backend = backend
    return try waiting("looking up `\(resource.name)`", nil) { _ in
      try await backend.exists(resource)
    }
  }

  /// Whether a declaration has not taken effect yet.
  func needsEffect(_ set: DeclarationSet) -> Bool {
    let settled = standing.settled
    return !set.ofLibvirt.declarations.allSatisfy(settled.holds)
  }

  /// Plans the declarations that have not taken effect yet, and applies them in a run.
  ///
  /// - Parameter isEnd: whether the script has ended, so that a missing resource is no longer declared.
  func takeEffect(_ set: DeclarationSet, isEnd: Bool) throws(Diagnostic) {
    // A verb may be the first action of the run on a stack that was run from elsewhere.
    let isUnseen = options.origin != nil && !standing.hasPlanned
    guard isEnd || isUnseen || needsEffect(set) else { return }
    let set = set.ofLibvirt
    if isEnd { try requireRebuilt(in: set) }
    let start = ContinuousClock.now
    defer { progress.withLock { $0.effects.append((start, ContinuousClock.now - start)) } }
    try waiting("applying the declarations", nil) { [self] waiting in
      try await planAndApply(set, isEnd: isEnd, waiting)
    }
  }

  /// Throws if the script declares no domain of a name whose disks are to be made anew.
  private func requireRebuilt(in set: DeclarationSet) throws(Diagnostic) {
    let names = set.declarations.filter { $0.kind == .domain }.map(\.name)
    for name in options.rebuild.sorted() where !names.contains(name) {
      throw PlanMessages.nothingToRebuild(
        name, closest: VMScriptSyntax.closest(to: name, among: names))
    }
  }

  private func planAndApply(
    _ set: DeclarationSet, isEnd: Bool, _ waiting: Waiting
  ) async throws {
    var (outcome, plan) = try await draft(set, isEnd: isEnd)
    progress.withLock { standing in
      standing.hasPlanned = true
      standing.plan.undeclared = plan.undeclared
      standing.plan.pending = plan.pending
      standing.plan.otherOrigin = standing.plan.otherOrigin ?? plan.otherOrigin
    }
    options.progress(.planned(plan))
    if mode == .run { try await consent(to: plan) }
    if mode == .run, !plan.isEmpty, try await claimHost() {
      // The host may have changed before the claim was made.
      let confirmed = Set(plan.changesThatNeedConsent.map(\.key))
      (outcome, plan) = try await draft(set, isEnd: isEnd)
      if !confirmed.isSuperset(of: plan.changesThatNeedConsent.map(\.key)) {
        options.progress(.planned(plan))
        try await consent(to: plan)
      }
    }
    if mode == .run { try note(await planning.refusals(of: plan, outcome.storage)) }
    if let other = plan.otherOrigin, mode == .plan || options.assumeYes || !plan.needsConsent {
      try note([LockMessages.otherOrigin(plan.stack, other)])
    }
    guard waiting.beginActing() else { throw CancellationError() }
    progress.withLock { $0.applying = (set, plan.changes) }
    if mode == .run, plan.otherOrigin != nil, plan.needsConsent || options.assumeYes {
      try await recordOrigin(of: set.stack)
    }
    let failures = mode == .run ? try await apply(&plan, outcome.storage, of: set) : []
    progress.withLock { standing in
      standing.applying?.changes = plan.changes
      if mode == .plan { standing.expected.note(plan.changes) }
      standing.conclude()
      standing.diagnostics += failures.dropFirst()
    }
    if let first = failures.first { throw first }
  }

  /// Plans the declarations that have not taken effect yet.
  ///
  /// - Throws: the error of a plan that must not be applied.
  private func draft(
    _ set: DeclarationSet, isEnd: Bool
  ) async throws -> (outcome: Planning.Outcome, plan: Plan) {
    let settled = standing.settled
    let outcome = try await planning.plan(set, prune: pruning(isEnd: isEnd))
    var plan = outcome.plan
    try note(outcome.diagnostics)
    // A verb may have changed a domain on purpose. A network also needs what later domains require.
    let asDeclared = Set(
      set.declarations.filter { $0.kind == .domain && settled.holds($0) }.map(\.key))
    let expected = standing.expected
    plan.changes = plan.changes.leavingOut { change in
      change.action == .delete
        ? expected.deletes(change.key) : asDeclared.contains(change.key)
    }
    plan.leftOut = plan.changes.compactMap { change in
      guard let later = set.declaration(change.kind, change.name) else { return nil }
      if let earlier = settled[change.key] { return LeftOutBlocks(of: earlier, without: later) }
      return options.confirmsDeletions ? LeftOutBlocks(of: change) : nil
    }
    plan.undeclared.removeAll { expected.deletes($0.key) }
    if !isEnd { plan.undeclared = [] }
    return (outcome, plan)
  }

  /// Returns what to delete; before its end, a script may still declare more resources.
  private func pruning(isEnd: Bool) -> Pruning {
    guard options.prune else { return .nothing }
    if isEnd { return .everything }
    return .whatIsInTheWay { [self] in
      if let known = progress.withLock(\.declaredInTheEnd) { return known }
      guard let declarations = await Runner.onOwnThread(preview) else { return nil }
      let keys = Set(declarations.declarations.map(\.key))
      progress.withLock { $0.declaredInTheEnd = keys }
      return keys
    }
  }

  /// Shows other machines that the stack is about to be changed.
  ///
  /// - Returns: whether the claim was made by this call.
  private func claimHost() async throws -> Bool {
    try await recordExpiry()
    switch try await standing.lock?.claim() {
    case .made: return true
    case .unneeded, nil: return false
    case .impossible(let warning):
      try note([warning])
      return false
    }
  }

  /// Records the end of the stack's lifetime before the first change, if the stack is temporary.
  private func recordExpiry() async throws {
    guard let expiry = options.expiry, !standing.isExpiryRecorded else { return }
    let stack = standing.plan.stack
    let obstacle = try await backend.record(expiry, of: stack)
    progress.withLock { $0.isExpiryRecorded = true }
    if let obstacle { try note([LockMessages.unrecordedExpiry(stack, obstacle)]) }
  }

  /// Removes the records of the end of the stack's lifetime.
  func removeExpiry() throws(Diagnostic) {
    let (backend, stack) = (backend, standing.plan.stack)
    try waiting("removing the record of the lifetime of `\(stack)`", nil, isActing: true) { _ in
      try await backend.removeExpiry(of: stack)
    }
  }

  /// Has the user confirm the plan, if it needs confirmation.
  private func consent(to plan: Plan) async throws(Diagnostic) {
    guard plan.needsConsent, !options.assumeYes, await !options.confirm(plan) else { return }
    progress.withLock { standing in
      standing.isRefused = true
      // The refusal states it already.
      standing.diagnostics.removeAll { $0.code == .lock.otherOrigin }
      standing.plan.append(plan.changes)
    }
    let risky = plan.changesThatNeedConsent
    guard let other = plan.otherOrigin else {
      throw HostMessages.refused(
        risky, deletions: plan.deletions, at: plan.deletions.isEmpty ? nil : plan.verbs.first?.span)
    }
    throw LockMessages.refused(plan.stack, other, risky.isEmpty ? nil : HostMessages.refused(risky))
  }

  /// Has the user confirm a verb on a stack that was last run from elsewhere.
  private func confirmOrigin(for verb: VerbRecord, _ span: Span) throws(Diagnostic) {
    let (other, isConfirmed) = progress.withLock { ($0.plan.otherOrigin, $0.isOriginConfirmed) }
    guard mode == .run, let other, !isConfirmed else { return }
    let stack = standing.plan.stack
    var plan = Plan(stack: stack, verbs: [verb])
    plan.otherOrigin = other
    let asked = plan
    try waiting("confirming the run", span) { [self] _ in
      try await consent(to: asked)
      try await recordOrigin(of: stack)
    }
    if options.assumeYes { try note([LockMessages.otherOrigin(stack, other)]) }
  }

  /// Has the user confirm a deletion, if deletions need confirmation.
  ///
  /// - Returns: the verb on the confirmed domains; a glob might match others by now.
  private func confirmDeletion(
    _ verb: VerbRequest, of stack: String
  ) throws(Diagnostic) -> VerbRequest {
    guard mode == .run, options.confirmsDeletions, !options.assumeYes,
      verb.verb.row.outcome == .gone
    else { return verb }
    return try waiting("confirming the deletion", verb.span) { [self] _ in
      let names = try await backend.targets(of: verb, in: stack)
      var confirmed = verb
      confirmed.targets = names.map {
        .resource(ResourceReference(kind: .domain, name: $0, isDeclared: false))
      }
      // Deleting a missing domain loses nothing.
      let present = try await backend.deletions(of: names, by: confirmed, in: stack)
      guard !present.isEmpty else { return confirmed }
      var plan = Plan(stack: stack, verbs: [VerbRecord(confirmed)])
      plan.deletions = present
      try await consent(to: plan)
      return confirmed
    }
  }

  /// Records the current origin of the stack in the marks of its machines and networks.
  private func recordOrigin(of stack: String) async throws {
    progress.withLock { $0.isOriginConfirmed = true }
    guard let origin = options.origin else { return }
    try await backend.record(origin, of: stack)
  }

  /// Applies a plan; returns the failures.
  private func apply(
    _ plan: inout Plan, _ storage: StoragePlan, of set: DeclarationSet
  ) async throws -> [Diagnostic] {
    let progress: @Sendable (ProgressEvent) -> Void = { [self] event in
      self.progress.withLock { $0.note(event) }
      options.progress(event)
    }
    let planning = planning
    let reports = RunReports(
      progress: progress,
      warn: { [self] warning in self.progress.withLock { $0.diagnostics.append(warning) } })
    let performer = backend.performer(of: storage, reports)
    let scheduler = ChangeScheduler(
      jobs: options.jobs, progress: progress,
      isFatal: HostMessages.isFatal)
    let outcome = await scheduler.apply(plan.changes) { change throws(Diagnostic) in
      let renewed: Change?
      do {
        guard try await performer.hasMoved(change) else {
          return try await performer.apply(change)
        }
        renewed = try await planning.renewed(change, of: set)
      } catch {
        throw HostMessages.diagnostic(error, "planning `\(change.name)` again", at: change.span)
      }
      guard let renewed else { return }
      if renewed.properties.map(\.path) != change.properties.map(\.path) {
        reports.warn(UpdateMessages.moved(change, renewed))
      }
      try await performer.apply(renewed)
    }
    plan.changes = outcome.changes
    let isUnfinished = plan.changes.contains { $0.result == .notAttempted }
    guard outcome.diagnostics.isEmpty else {
      return Self.reportingFatalErrorsOnce(outcome.diagnostics)
    }
    guard isUnfinished else {
      for pool in plan.poolsWithReplacedContent {
        try await performer.removeLeftovers(of: plan.stack, pool: pool)
      }
      return []
    }
    return [HostMessages.cancelled("the run", at: nil)]
  }

  /// Reports a fatal error once, even if it failed every change in flight.
  private static func reportingFatalErrorsOnce(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var codes: Set<Int> = []
    return diagnostics.filter {
      !HostMessages.isFatal($0) || codes.insert($0.code.number).inserted
    }
  }

  private var planning: Planning {
    Planning(
      host: backend, hypervisor: backend.hypervisor, sources: sources,
      adopt: options.adopt, origin: options.origin, expiry: options.expiry,
      waiting: { [options] in options.progress(.waiting($0)) }, expected: standing.expected,
      images: images, rebuild: options.rebuild)
  }

  /// Keeps each warning once and the errors after the first.
  ///
  /// - Throws: the first error.
  private func note(_ diagnostics: [Diagnostic]) throws(Diagnostic) {
    let errors = diagnostics.filter { $0.severity == .error }
    progress.withLock { standing in
      for warning in diagnostics where warning.severity != .error {
        let isKnown = standing.diagnostics.contains {
          $0.code == warning.code && $0.primary?.span == warning.primary?.span
            && (warning.primary != nil || $0.message == warning.message)
        }
        if !isKnown { standing.diagnostics.append(warning) }
      }
      standing.diagnostics += errors.dropFirst()
    }
    if let first = errors.first { throw first }
  }
}
