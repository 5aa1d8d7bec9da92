import Libvirt
import VMScript
import VMScriptSyntax

/// Applies one change. Each is idempotent: what a killed run left half done is brought to its end.
struct Provisioner: Sendable {
  let pool: ConnectionPool
  let set: DeclarationSet
  let hypervisor: String
  let storage: StoragePlan
  let store: VolumeStore
  let progress: @Sendable (ProgressEvent) -> Void
  /// Told of what was done otherwise than wished.
  let warn: @Sendable (Diagnostic) -> Void
  let published: PublishedImages
  let boot: GuestBoot

  init(
    pool: ConnectionPool, hypervisor: String, storage: StoragePlan, store: VolumeStore,
    boot: GuestBoot, progress: @escaping @Sendable (ProgressEvent) -> Void,
    warn: @escaping @Sendable (Diagnostic) -> Void
  ) {
    self.pool = pool
    self.set = storage.set
    self.hypervisor = hypervisor
    self.storage = storage
    self.store = store
    self.boot = boot
    self.progress = progress
    self.warn = warn
    published = PublishedImages(storage.publishedPaths)
  }

  func apply(_ change: Change) async throws(Diagnostic) {
    let doing = "\(change.action.gerund) the \(change.kind.rawValue) `\(change.name)`"
    do {
      switch (change.action, change.kind) {
      case (.delete, .net): try await delete(network: change.name)
      case (.delete, .domain):
        let storage = storage
        // A domain of others that has the name of one that is gone stays as it is.
        try await DomainDeletion(
          pool: pool, store: store, volumes: storage.volumes,
          isKept: { !storage.declaredUsers(of: $0).subtracting([change.name]).isEmpty }
        ).delete(change.name)
      case (_, .net): try await bring(network: change)
      case (.create, .domain): try await create(domain: change)
      case (_, .domain): try await update(domain: change)
      case (.delete, .image):
        try await delete(image: change.name, isKept: change.remains != nil)
      case (_, .image): try await bring(image: change)
      // No plan holds one.
      case (_, .custom): break
      }
    } catch { throw HostMessages.diagnostic(error, doing, at: change.span) }
  }

  /// Whether an object has changed on the host since its update was planned.
  func hasMoved(_ change: Change) async throws(Diagnostic) -> Bool {
    guard change.action == .update else { return false }
    let (domain, network) = (
      change.kind == .domain ? storage.live.domains[change.name] : nil,
      change.kind == .net ? storage.live.networks[change.name] : nil
    )
    do {
      return try await pool.run { connection in
        if let domain {
          return try connection.domain(uuid: domain.uuid)?.xml(inactive: true, secure: true)
            != domain.xml
        }
        if let network {
          let present = try connection.network(uuid: network.uuid)
          return try present?.xml(inactive: network.isPersistent) != network.xml
        }
        return false
      }
    } catch {
      throw HostMessages.diagnostic(error, "looking at `\(change.name)` again", at: change.span)
    }
  }

  /// The domains of the host, by name.
  var targets: DomainTargets { DomainTargets(pool: pool, stack: set.stack) }

  /// Starts a domain that is off or paused.
  func start(_ domain: Declaration) async throws {
    try await boot.perform(.start, on: domain.name, of: targets, at: domain.nameSpan)
  }

  /// The statement that a change brings into effect; nil for a deletion.
  func declaration(of change: Change) -> Declaration? {
    set.declaration(change.kind, change.name)
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
