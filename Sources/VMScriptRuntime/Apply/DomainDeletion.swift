import Libvirt

/// Deletes domains with everything that the stack made for them.
struct DomainDeletion: Sendable {
  let pool: ConnectionPool
  let store: VolumeStore
  let volumes: StackVolumes

  /// Deletes a domain if the stack owns it; one that is gone leaves its volumes to be removed.
  ///
  /// Its volumes go first, so that the definition shows an unfinished deletion. Whose it is, is looked
  /// at again: much may have happened since the plan.
  ///
  /// - Returns: whether it is gone; false for a domain of others.
  @discardableResult
  func delete(_ name: String) async throws -> Bool {
    let ownership = Ownership(stack: volumes.stack)
    let isOwned = try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return true }
      return try LiveReader.unlessGone(.noDomain) {
        guard try ownership.owns(LiveDomain(domain)) else { return false }
        if try domain.isActive() { try domain.destroy() }
        return true
      } ?? true
    }
    guard isOwned else { return false }
    for place in volumes.volumes(ofDomain: name) {
      try await store.delete(place.volume.name, pool: place.pool)
    }
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return }
      _ = try LiveReader.unlessGone(.noDomain) { try domain.undefine() }
    }
    return true
  }
}
