import VMScript
import VMScriptSyntax

/// The order of changes: networks and images before the domains on them, a clone's source before
/// the clone, and deletions in reverse.
struct ChangeOrder {
  let set: DeclarationSet
  let live: LiveState
  private let bases: [ResourceKey: Set<ResourceKey>]

  init(set: DeclarationSet, live: LiveState) {
    self.set = set
    self.live = live
    bases = Self.bases(set.stack, live.storage)
  }

  /// Returns the changes with their dependencies.
  func ordered(_ changes: [Change]) -> [Change] {
    let declarations = Dictionary(
      set.declarations.map { ($0.key, $0) }
    ) { first, _ in first }
    let positions = Dictionary(
      changes.filter { $0.action != .delete }.map { ($0.key, $0.id) }
    ) { first, _ in first }
    let late = Set(
      changes.filter { change in
        change.action != .delete && change.kind == .net
          && declarations[change.key].map { !overlapped(by: $0, in: changes).isEmpty } ?? false
      }.map(\.key))
    func movesLate(_ change: Change) -> Bool {
      declarations[change.key].map { needs(of: $0).contains(where: late.contains) } ?? false
    }
    return changes.map { change in
      var change = change
      if change.action == .delete {
        change.dependencies = blockers(of: change, in: changes, except: movesLate)
      } else if let declaration = declarations[change.key] {
        let needed = needs(of: declaration).compactMap { positions[$0] }
        let freed =
          declaration.kind == .net
          ? overlapped(by: declaration, in: changes) : succeeded(by: declaration, in: changes)
        change.dependencies = Set(needed + freed).subtracting([change.id]).sorted()
      }
      return change
    }
  }

  private func needs(of declaration: Declaration) -> [ResourceKey] {
    let mentioned = declaration.mentions.flatMap { mention in
      mention.kinds.map { ResourceKey(kind: $0, name: mention.name) }
    }
    guard case .declared(let source) = declaration.source else { return mentioned }
    return mentioned + [ResourceKey(kind: .domain, name: source)]
  }

  /// Returns the deletions of networks whose addresses another network takes over.
  private func overlapped(by net: Declaration, in changes: [Change]) -> [Int] {
    guard let subnet = net.subnet?.value else { return [] }
    return changes.filter { change in
      change.action == .delete && change.kind == .net
        && live.networks[change.name]?.subnets.contains { $0.overlaps(subnet) } == true
    }.map(\.id)
  }

  /// Returns the deletions of domains whose fixed or MAC address a domain takes over. Two domains
  /// with the same address would conflict, and the DHCP server gives it to the first one.
  private func succeeded(by domain: Declaration, in changes: [Change]) -> [Int] {
    let interfaces = domain.interfaces(stack: set.stack)
    return changes.filter { change in
      guard change.action == .delete, change.kind == .domain, change.name != domain.sourceName,
        let macs = live.domains[change.name]?.facts.macs
      else { return false }
      return interfaces.contains { interface in
        guard !macs.contains(interface.mac) else { return true }
        guard case .ip(let address) = interface.address?.value,
          let network = interface.network.flatMap({ live.networks[$0] })
        else { return false }
        return network.entries.contains { $0.ip == address && macs.contains($0.mac) }
      }
    }.map(\.id)
  }

  /// Returns the changes that must remove or release dependents before a deletion.
  ///
  /// - Parameter movesLate: whether a machine moves to a network that itself waits for a deletion.
  ///   Such a machine is unplugged meanwhile.
  private func blockers(
    of deletion: Change, in changes: [Change], except movesLate: (Change) -> Bool
  ) -> [Int] {
    changes.filter { other in
      guard other.id != deletion.id else { return false }
      if other.action == .delete,
        bases[other.key]?.contains(deletion.key) == true
      {
        return true
      }
      guard other.kind == .domain else { return false }
      let facts = live.domains[other.name]?.facts
      return switch deletion.kind {
      // An update may detach the guest from the network or the image.
      case .net: facts?.networks.contains(deletion.name) ?? false && !movesLate(other)
      case .image: other.action != .create
      case .domain: other.action == .delete && facts?.owner?.source == deletion.name
      case .custom: false
      }
    }.map(\.id)
  }

  /// By a domain or image of the stack, the owners of the backing files of its volumes.
  private static func bases(
    _ stack: String, _ storage: LiveStorage
  ) -> [ResourceKey: Set<ResourceKey>] {
    var bases: [ResourceKey: Set<ResourceKey>] = [:]
    for place in storage.owned(by: stack) {
      guard let owner = place.volume.owned,
        // An unknown order matters only to deletions, which are refused in that case.
        let path = place.volume.backing.shown,
        let base = storage.place(at: path)?.volume.owned, base.stack == stack
      else { continue }
      bases[ResourceKey(owner), default: []].insert(ResourceKey(base))
    }
    return bases
  }
}

extension ResourceKey {
  /// Returns the domain or image that owns a volume.
  fileprivate init(_ volume: VolumeName) {
    self.init(kind: volume.isDomains ? .domain : .image, name: volume.ownerName)
  }
}

/// Applies changes in parallel in the order of their dependencies.
///
/// A failed change does not stop independent ones; its dependents are skipped. Nothing is rolled
/// back: the next run continues from the present state.
public struct ChangeScheduler: Sendable {
  /// The outcome of applying changes.
  public struct Outcome: Sendable {
    /// The changes in their order, each with its result.
    public var changes: [Change]
    /// The errors of failed changes, in the order of their ends.
    public var diagnostics: [Diagnostic]
  }

  /// The maximum number of changes in flight.
  package let jobs: Int
  package let progress: @Sendable (ProgressEvent) -> Void
  /// Whether this error is fatal for the run, such as a lost connection.
  package let isFatal: @Sendable (Diagnostic) -> Bool

  /// Creates a scheduler.
  ///
  /// - Parameters:
  ///   - jobs: the maximum number of changes in flight, at least 1.
  ///   - progress: called with every event.
  ///   - isFatal: whether an error is fatal for the run.
  public init(
    jobs: Int, progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in },
    isFatal: @escaping @Sendable (Diagnostic) -> Bool = { _ in false }
  ) {
    self.jobs = max(1, jobs)
    self.progress = progress
    self.isFatal = isFatal
  }

  /// Applies all changes. Returns when none is in flight.
  ///
  /// Cancelling the task starts no further change and lets those in flight finish, except uploads,
  /// which are aborted.
  /// - Parameters:
  ///   - changes: the changes, each with its position as ``Change/id``.
  ///   - perform: applies one change.
  public func apply(
    _ changes: [Change],
    perform: @escaping @Sendable (Change) async throws(Diagnostic) -> Void
  ) async -> Outcome {
    var run = Schedule(changes)
    await withTaskGroup(of: Finished.self) { group in
      var inFlight = 0
      var isEnding = false
      while true {
        while inFlight < jobs, !isEnding, !Task.isCancelled, let id = run.nextReady() {
          let change = run.changes[id]
          progress(.started(change))
          inFlight += 1
          group.addTask { await Self.finish(change, perform) }
        }
        guard let finished = await group.next() else { break }
        inFlight -= 1
        if let failure = finished.failure, isFatal(failure) { isEnding = true }
        report(run.settle(finished), in: run, finished)
      }
    }
    return run.outcome
  }

  private func report(_ skipped: [Int], in run: Schedule, _ finished: Finished) {
    let change = run.changes[finished.id]
    if let failure = finished.failure {
      progress(.failed(change, failure))
    } else {
      progress(.finished(change, milliseconds: finished.milliseconds))
    }
    for id in skipped { progress(.skipped(run.changes[id], because: change.name)) }
  }

  /// Runs one change in its own task. A cancellation of the run reaches it only if a partial
  /// change is harmless.
  private static func finish(
    _ change: Change, _ perform: @escaping @Sendable (Change) async throws(Diagnostic) -> Void
  ) async -> Finished {
    let clock = ContinuousClock()
    let start = clock.now
    let work = Task { () -> Diagnostic? in
      do throws(Diagnostic) {
        try await perform(change)
        return nil
      } catch { return error }
    }
    let failure = await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      if change.mayBeGivenUp { work.cancel() }
    }
    let (seconds, attoseconds) = (clock.now - start).components
    return Finished(
      id: change.id, failure: failure,
      milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}

extension Change {
  /// A partial upload is never used and is removed at once. An upload can take long.
  fileprivate var mayBeGivenUp: Bool { kind == .image && action == .create }
}

/// A finished change.
private struct Finished: Sendable {
  let id: Int
  let failure: Diagnostic?
  let milliseconds: Int64
}

/// The changes that wait or are ready, and the results of the others.
private struct Schedule {
  private(set) var changes: [Change]
  private var diagnostics: [Diagnostic] = []
  private var dependents: [[Int]]
  private var missing: [Int]
  private var ready: [Int]

  init(_ changes: [Change]) {
    self.changes = changes
    dependents = Array(repeating: [], count: changes.count)
    missing = changes.map { Set($0.dependencies).count }
    for change in changes {
      for dependency in Set(change.dependencies) { dependents[dependency].append(change.id) }
    }
    // Reversed, because the next one is taken from the end.
    ready = changes.map(\.id).filter { changes[$0].dependencies.isEmpty }.reversed()
  }

  mutating func nextReady() -> Int? { ready.popLast() }

  /// Records a result, and returns the changes that are skipped because of it.
  mutating func settle(_ finished: Finished) -> [Int] {
    changes[finished.id].milliseconds = finished.milliseconds
    if let failure = finished.failure {
      changes[finished.id].result = .failed
      diagnostics.append(failure)
      return skipDependents(of: finished.id)
    }
    changes[finished.id].result = .done
    for dependent in dependents[finished.id].sorted(by: >) {
      missing[dependent] -= 1
      if missing[dependent] == 0, changes[dependent].result == nil { ready.append(dependent) }
    }
    return []
  }

  private mutating func skipDependents(of failed: Int) -> [Int] {
    var skipped: [Int] = []
    var pending = dependents[failed]
    while let id = pending.popLast() {
      guard changes[id].result == nil else { continue }
      changes[id].result = .skipped(because: changes[failed].name)
      skipped.append(id)
      pending += dependents[id]
    }
    return skipped.sorted()
  }

  /// Marks the changes that were never started.
  var outcome: ChangeScheduler.Outcome {
    let settled = changes.map { change in
      var change = change
      change.result = change.result ?? .notAttempted
      return change
    }
    return ChangeScheduler.Outcome(changes: settled, diagnostics: diagnostics)
  }
}
