import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Carries out the steps of changes. What is done, and in which order, is the plan's.
struct Provisioner: StepPerformer {
  let pool: ConnectionPool
  let stack: String
  let store: VolumeStore
  /// The digests that are kept of local files.
  let cache: DigestCache?
  let progress: @Sendable (ProgressEvent) -> Void
  /// Told of what was done otherwise than wished.
  let warn: @Sendable (Diagnostic) -> Void
  let published: PublishedImages
  let boot: GuestBoot

  init(
    pool: ConnectionPool, storage: StoragePlan, store: VolumeStore, boot: GuestBoot,
    progress: @escaping @Sendable (ProgressEvent) -> Void,
    warn: @escaping @Sendable (Diagnostic) -> Void
  ) {
    self.pool = pool
    self.stack = storage.set.stack
    self.cache = storage.cache
    self.store = store
    self.boot = boot
    self.progress = progress
    self.warn = warn
    published = PublishedImages(storage.publishedPaths)
  }

  /// Takes the steps of a change.
  func apply(_ change: Change) async throws(Diagnostic) {
    let doing = "\(change.action.gerund) the \(change.kind.rawValue) `\(change.name)`"
    do {
      for step in change.steps { try await perform(step, of: change) }
    } catch { throw HostMessages.diagnostic(error, doing, at: change.span) }
  }

  func perform(_ step: Step, of change: Change) async throws {
    switch step {
    case .publish(let upload): try await publish(upload, change)
    case .release(let contents): try await release(contents)
    case .releaseChanged(let image, let pool):
      try await store.releaseChanged(of: stack, named: image, pool: pool)
    case .make(let volume): try await make(volume)
    case .grow(let growth): try await grow(growth)
    case .remove(let volume): try await store.remove(volume.name, pool: volume.pool)
    case .delete(let volume): try await store.delete(volume.name, pool: volume.pool)
    case .write(let seed): try await write(seed)
    case .rename(let name, let uuid, let shutsDown):
      try await rename(uuid, from: name, to: change, shutsDown: shutsDown)
    case .dropSavedState:
      try await onDomain(of: change) { if try $0.hasSavedState() { try $0.dropManagedSave() } }
    case .bringBack:
      let span = change.place
      try await onDomain(of: change) { domain in
        if try domain.hasSavedState() { try PowerVerb.start.perform(on: domain, at: span) }
      }
    case .turnOff: try await onDomain(of: change) { if try $0.isActive() { try $0.destroy() } }
    case .change(let machine): try await self.change(machine, of: change)
    case .define(let definition): try await define(definition)
    case .start:
      try await boot.perform(.start, on: change.name, of: targets, at: change.place)
    case .shutDown: try await shutDown(change.name, at: change.place)
    case .deleteDomain(let volumes):
      // A domain of others that has the name of one that is gone stays as it is.
      try await DomainDeletion(pool: pool, store: store, stack: stack)
        .delete(change.name, with: volumes)
    case .changeEntries(let entries): try await self.change(entries, of: change)
    case .defineNetwork(let definition): try await define(definition)
    case .stopNetwork:
      try await onNetwork(of: change) { if try $0.isActive() { try $0.destroy() } }
    case .startNetwork(let definition, let autostart):
      try await start(definition, autostart: autostart)
    case .plugGuests(let hasNewSubnet):
      try await plugGuests(into: change, hasNewSubnet: hasNewSubnet)
    case .deleteNetwork(let uuid): try await delete(network: change.name, uuid)
    }
  }

  func hasMoved(_ change: Change) async throws -> Bool {
    switch change.subject {
    case nil: return false
    case .domain(let domain):
      return try await pool.run { connection in
        guard let present = try connection.domain(uuid: domain.uuid) else { return true }
        return try present.isActive() != (domain.running != nil)
          || present.xml(inactive: true, secure: true) != domain.definition.text
      }
    case .network(let network):
      return try await pool.run { connection in
        guard let present = try connection.network(uuid: network.uuid) else { return true }
        return try present.isActive() != network.isActive
          || present.xml(inactive: network.isPersistent) != network.definition.text
      }
    }
  }

  /// The domains of the host, by name.
  var targets: DomainTargets { DomainTargets(pool: pool, stack: stack) }
}

extension Change {
  /// Where messages about its object point.
  var place: Span {
    declaration?.nameSpan ?? span ?? Span(source: SourceID(index: 0), start: 0, length: 0)
  }
}

extension Change.Action {
  /// The action as it goes on, for messages.
  var gerund: String {
    switch self {
    case .create: "creating"
    case .update: "updating"
    case .delete: "deleting"
    }
  }
}
