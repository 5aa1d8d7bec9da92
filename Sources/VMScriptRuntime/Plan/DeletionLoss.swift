import Libvirt
import VMScript

/// Tells with which domains data goes when a stack deletes them: a disk that the stack made, firmware
/// variables, a TPM, a saved state or a snapshot.
struct DeletionLoss: Sendable {
  let pool: ConnectionPool
  let volumes: StackVolumes

  /// Those of the domains with which no data goes.
  func dataless(
    among names: [String], of domains: [String: LiveDomain]
  ) async throws -> Set<String> {
    let candidates = names.filter { name in
      guard let domain = domains[name], !domain.hasSavedState, !domain.facts.hasFirmwareState else {
        return false
      }
      // A seed is made from the script again.
      return !volumes.volumes(ofDomain: name).contains {
        if case .disk = $0.volume.owned?.role { true } else { false }
      }
    }
    guard !candidates.isEmpty else { return [] }
    return try await pool.run { connection in
      let kept = try candidates.filter { name in
        guard let uuid = domains[name]?.uuid, let domain = try connection.domain(uuid: uuid)
        else { return true }
        return try LiveReader.unlessGone(.noDomain) { try domain.hasNoSnapshots() } ?? true
      }
      return Set(kept)
    }
  }
}

extension Domain {
  /// Whether it has no snapshots; a driver that makes none has none.
  fileprivate func hasNoSnapshots() throws(LibvirtError) -> Bool {
    do throws(LibvirtError) { return try snapshots().isEmpty } catch {
      guard error.isOfADriverWithoutIt else { throw error }
      return true
    }
  }
}
