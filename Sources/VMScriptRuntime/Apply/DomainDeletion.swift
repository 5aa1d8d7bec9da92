import Libvirt
import VMScript
import VMScriptPlan

/// Deletes domains with everything that the stack made for them.
struct DomainDeletion: Sendable {
  let pool: ConnectionPool
  let store: VolumeStore
  let stack: String

  /// Deletes a domain if the stack owns it; one that is gone leaves its volumes to be removed.
  ///
  /// Its volumes go first, so that the definition shows an unfinished deletion. Whose it is, is looked
  /// at again: much may have happened since the plan.
  ///
  /// - Parameter volumes: those that the stack made for it, and that nobody else uses or is about to.
  /// - Returns: whether it is gone; false for a domain of others.
  @discardableResult
  func delete(_ name: String, with volumes: [VolumeReference]) async throws -> Bool {
    let stack = stack
    let found = try await pool.run { connection -> (uuid: String, isForeign: Bool)? in
      guard let domain = try Self.domain(name, of: stack, connection) else { return nil }
      return try LiveReader.unlessGone(.noDomain) {
        guard try Ownership(stack: stack).owns(LiveDomain(domain)) else {
          return (domain.uuid, true)
        }
        if try domain.isActive() { try domain.destroy() }
        return (domain.uuid, false)
      } ?? nil
    }
    let isForeign = found?.isForeign ?? false
    // A domain of others may have taken the name of one that is gone; what was made for the latter
    // goes, unless somebody uses it.
    for volume in volumes {
      if found == nil || isForeign {
        try await store.remove(volume.name, pool: volume.pool)
      } else {
        try await store.delete(volume.name, pool: volume.pool)
      }
    }
    guard let found, !isForeign else { return !isForeign }
    try await pool.run { connection in
      guard let domain = try connection.domain(uuid: found.uuid) else { return }
      _ = try LiveReader.unlessGone(.noDomain) { try domain.undefine() }
    }
    return true
  }

  /// The domain that the stack made under a name, whatever it is called now; else the one of that name.
  private static func domain(
    _ name: String, of stack: String, _ connection: Connection
  ) throws(LibvirtError) -> Domain? {
    let uuid = Identity.uuid(stack: stack, kind: .domain, name: name)
    if let domain = try connection.domain(uuid: uuid) { return domain }
    return try connection.domain(named: name)
  }
}
