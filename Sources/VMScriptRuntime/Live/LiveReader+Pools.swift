import Libvirt
import VMScriptPlan

extension LiveReader {
  /// The pools of a host.
  struct Pools: Sendable {
    /// The active ones, each with its volumes, by name.
    var active: [LiveStorage.Reading]
    /// By name, the folders of the others.
    let inactive: [String: String]
    /// Those of which nothing is known.
    var unreadable: [UnreadableObject] = []

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
    /// The folder of a pool that is not active; nil for one that is.
    let found = try await pool.run { connection in
      try Self.read(connection.pools(), ObjectIdentity.init) { pool -> (String, folder: String?) in
        (pool.name, try pool.isActive() ? nil : PoolDescription(xml: pool.xml()).path)
      }
    }
    let inactive = found.known.compactMap { name, folder in folder.map { (name, $0) } }
    let active = try await read(pools: found.known.filter { $0.folder == nil }.map(\.0))
    return Pools(
      active: active.known, inactive: Dictionary(inactive) { first, _ in first },
      unreadable: found.unreadable + active.unreadable)
  }

  /// The volumes of pools; a pool that others stopped or removed meanwhile is left out.
  func read(pools names: [String]) async throws -> FoundObjects<LiveStorage.Reading> {
    let connections = pool
    var found = try await withThrowingTaskGroup(of: FoundObjects<LiveStorage.Reading>.self) {
      group in
      for name in names {
        group.addTask { try await connections.run { try Self.readPool(name, $0) } }
      }
      return try await group.reduce(into: FoundObjects<LiveStorage.Reading>()) { all, one in
        all.known += one.known
        all.unreadable += one.unreadable
      }
    }
    found.known.sort { $0.name < $1.name }
    return found
  }

  private static func readPool(
    _ name: String, _ connection: Connection
  ) throws -> FoundObjects<LiveStorage.Reading> {
    let pools = try [connection.pool(named: name)].compactMap(\.self)
    let found = try read(pools, ObjectIdentity.init) { pool -> LiveStorage.Reading? in
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
    return FoundObjects(known: found.known.compactMap(\.self), unreadable: found.unreadable)
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
    result.active = (pools.active.filter { !names.contains($0.name) } + again.known)
      .sorted { $0.name < $1.name }
    result.unreadable += again.unreadable
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
