import Libvirt
import VMScript

/// Domains that come and go.
extension Provisioner {
  /// Its storage, its definition, its start: each is found by the next run if this one ends before.
  func create(domain change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    try await provide(storageOf: change.name)
    let context = await context(for: declaration, uuid: nil)
    let wanted = set.wantedState(of: declaration)
    try await pool.run { connection in
      let xml = try DomainXML.render(declaration, context: context, onto: nil)
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if wanted == .running { try domain.start() }
    }
    try await removeEarlierSeeds(of: change.name)
  }

  /// Its volumes go first, so that the definition shows an unfinished deletion. Whose it is, is looked
  /// at again: much may have happened since the plan.
  func delete(domain name: String) async throws {
    let ownership = Ownership(stack: set.stack)
    let isOwned = try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return true }
      guard try ownership.owns(LiveDomain(domain)) else { return false }
      if try domain.isActive() { try domain.destroy() }
      return true
    }
    guard isOwned else { return }
    for place in storage.volumes(of: name) {
      try await store.delete(place.volume.name, pool: place.pool)
    }
    try await pool.run { connection in
      try connection.domain(named: name)?.undefine()
    }
  }
}
