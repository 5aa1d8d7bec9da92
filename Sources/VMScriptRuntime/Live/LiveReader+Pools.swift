import Libvirt

extension LiveReader {
  /// The active pools, each with its volumes, and the names of the others.
  func readPools() async throws -> (active: [LiveStorage.Reading], inactive: Set<String>) {
    let (active, inactive) = try await pool.run { connection in
      var names: (active: [String], inactive: Set<String>) = ([], [])
      for pool in try connection.pools() {
        switch try Self.unlessGone(.noStoragePool, { try pool.isActive() }) {
        case true?: names.active.append(pool.name)
        case false?: names.inactive.insert(pool.name)
        case nil: continue
        }
      }
      return names
    }
    let connections = pool
    let read = try await withThrowingTaskGroup(of: LiveStorage.Reading?.self) { group in
      for name in active {
        group.addTask { try await connections.run { try Self.readPool(name, $0) } }
      }
      return try await group.reduce(into: [LiveStorage.Reading]()) { all, one in
        if let one { all.append(one) }
      }
    }
    return (read.sorted { $0.name < $1.name }, inactive)
  }

  /// One pool; nil if others stopped or removed it since it was listed.
  private static func readPool(
    _ name: String, _ connection: Connection
  ) throws -> LiveStorage.Reading? {
    let reading = try unlessGone(.noStoragePool) { () throws -> LiveStorage.Reading? in
      guard let pool = try connection.pool(named: name) else { return nil }
      do {
        return LiveStorage.Reading(
          name: name, path: try PoolDescription(xml: pool.xml()).path,
          volumes: try VolumeStore.volumes(of: pool))
      } catch let error as LibvirtError where error.code == .operationInvalid {
        guard try pool.isActive() else { return nil }
        throw error
      }
    }
    return reading ?? nil
  }
}
