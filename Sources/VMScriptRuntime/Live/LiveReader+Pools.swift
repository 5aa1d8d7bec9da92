import Libvirt

extension LiveReader {
  /// The pools of a host.
  struct Pools: Sendable {
    /// The active ones, each with its volumes, by name.
    var active: [LiveStorage.Reading]
    /// By name, the folders of the others.
    let inactive: [String: String]

    /// The path of a volume that a domain names, whether it is listed or not; nil where the pool is
    /// unknown.
    func path(of volume: SourceXML.VolumeReference) -> String? {
      if let pool = active.first(where: { $0.name == volume.pool }) {
        return pool.volumes.first { $0.name == volume.name }?.path
          ?? (pool.path.isEmpty ? nil : "\(pool.path)/\(volume.name)")
      }
      return inactive[volume.pool].flatMap { $0.isEmpty ? nil : "\($0)/\(volume.name)" }
    }
  }

  /// The active pools, each with its volumes, and the others.
  func readPools() async throws -> Pools {
    let (active, inactive) = try await pool.run { connection in
      var names: (active: [String], inactive: [String: String]) = ([], [:])
      for pool in try connection.pools() {
        switch try Self.unlessGone(.noStoragePool, { try pool.isActive() }) {
        case true?: names.active.append(pool.name)
        case false?:
          names.inactive[pool.name] = try Self.unlessGone(.noStoragePool) {
            try PoolDescription(xml: pool.xml()).path
          }
        case nil: continue
        }
      }
      return names
    }
    return Pools(active: try await read(pools: active), inactive: inactive)
  }

  /// The volumes of pools; a pool that others stopped or removed meanwhile is left out.
  func read(pools names: [String]) async throws -> [LiveStorage.Reading] {
    let connections = pool
    let read = try await withThrowingTaskGroup(of: LiveStorage.Reading?.self) { group in
      for name in names {
        group.addTask { try await connections.run { try Self.readPool(name, $0) } }
      }
      return try await group.reduce(into: [LiveStorage.Reading]()) { all, one in
        if let one { all.append(one) }
      }
    }
    return read.sorted { $0.name < $1.name }
  }

  private static func readPool(
    _ name: String, _ connection: Connection
  ) throws -> LiveStorage.Reading? {
    let reading = try unlessGone(.noStoragePool) { () throws -> LiveStorage.Reading? in
      guard let pool = try connection.pool(named: name) else { return nil }
      do {
        let description = try PoolDescription(xml: pool.xml())
        return LiveStorage.Reading(
          name: name, path: description.path, holdsDevices: description.holdsDevices,
          volumes: try VolumeStore.volumes(of: pool, at: description.path))
      } catch let error as LibvirtError where error.code == .operationInvalid {
        guard try pool.isActive() else { return nil }
        throw error
      }
    }
    return reading ?? nil
  }

  /// Names of pools in whose folders domains have files that libvirt does not list: an external
  /// snapshot makes one without a word to the pool. Looks at files.
  static func stalePools(
    _ pools: [LiveStorage.Reading], filesOf domains: [LiveDomain], _ files: HostFiles
  ) -> [String] {
    guard files != .none else { return [] }
    return BackingChains.unlisted(domains, in: pools, files).filter { name, paths in
      // Of a file that is gone there is nothing to list.
      guard let pool = pools.first(where: { $0.name == name }), files.sees(pool) else {
        return true
      }
      return paths.contains { files.look(at: $0, format: "raw") != .gone }
    }.keys.sorted()
  }

  /// Has libvirt look at some pools again, and at no others.
  func listingAgain(_ names: [String], of pools: Pools) async throws -> Pools {
    guard !names.isEmpty else { return pools }
    try await refresh(names)
    var result = pools
    let again = try await read(pools: names)
    result.active = (pools.active.filter { !names.contains($0.name) } + again)
      .sorted { $0.name < $1.name }
    return result
  }

  /// Refreshes pools. One that refuses is read as it was: what it does not list stays unknown.
  func refresh(_ names: [String]) async throws {
    for name in names {
      do {
        try await PoolJobs.retrying { try await pool.run { try $0.pool(named: name)?.refresh() } }
      } catch let error as LibvirtError where !error.isConnectionLost {
        continue
      }
    }
  }
}
