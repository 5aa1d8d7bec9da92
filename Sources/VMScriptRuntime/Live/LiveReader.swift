import Foundation
import Libvirt
import VMScript
import VMScriptImages
import VMScriptPlan

/// Reads the objects of the host with one listing of each kind; changes nothing.
struct LiveReader: HostReader {
  let pool: ConnectionPool

  func read(isThorough: Bool = false, leased: Set<String> = []) async throws -> LiveState {
    async let domains = pool.run { try Self.read($0.domains()) }
    async let networks = pool.run { connection in
      try Self.read(connection.networks(), ObjectIdentity.init) { network in
        try LiveNetwork(network, withLeases: leased.contains(network.name))
      }
    }
    if isThorough {
      let active = try await pool.run { connection in
        try connection.pools().filter { pool in
          try Self.unlessGone(.noStoragePool) { try pool.isActive() } ?? false
        }.map(\.name)
      }
      try await refresh(active)
    }
    async let pools = readPools()
    let (found, storage) = try await self.storage(of: domains, pools)
    var state = try await LiveState(
      domains: found, networks: networks.known, storage: storage,
      unreadable: domains.unreadable + networks.unreadable)
    state.version = try await pool.run { LibvirtVersion(number: Int($0.libraryVersion)) }
    return state
  }

  func files() async throws -> HostFiles { try await pool.run { try HostFiles($0) } }

  func capabilities() async throws -> String { try await pool.run { try $0.capabilities() } }

  func seed(at path: String) async throws -> SeedContent? {
    do {
      let image = try await pool.run { try $0.volume(path: path)?.content(upTo: 16 << 20) }
      return image.flatMap(ISOImage.files).flatMap(SeedContent.init)
    } catch let error as LibvirtError where !error.isConnectionLost {
      return nil
    }
  }

  func withoutSnapshots(_ domains: [String]) async throws -> Set<String> {
    try await pool.run { connection in
      let found = try domains.filter { uuid in
        guard let domain = try connection.domain(uuid: uuid) else { return true }
        return try Self.unlessGone(.noDomain) { try domain.hasNoSnapshots() } ?? true
      }
      return Set(found)
    }
  }

  /// Reads only the storage and its users; of the domains, only the drives.
  func readStorage() async throws -> LiveStorage {
    async let domains = pool.run { connection in
      try Self.read(connection.domains(), ObjectIdentity.init) { domain in
        try LiveDomain(
          name: domain.name, uuid: domain.uuid, state: .stopped, xml: domain.xml(inactive: true),
          running: domain.isActive() ? domain.xml() : nil)
      }
    }
    async let pools = readPools()
    return try await storage(of: domains, pools).storage
  }

  /// Returns the storage of a host, and the domains with the paths of the volumes of their drives.
  func storage(
    of domains: FoundObjects<LiveDomain>, _ found: Pools
  ) async throws -> (domains: [LiveDomain], storage: LiveStorage) {
    var pools = found
    var resolved = domains.known.map { $0.resolvingVolumes(pools.path(of:)) }
    let (first, listed) = (resolved, pools.active)
    // Reading files blocks.
    let (files, stale) = try await pool.run { connection in
      let files = try HostFiles(connection)
      return (files, Self.stalePools(listed, filesOf: first, files))
    }
    pools = try await listingAgain(stale, of: pools)
    var beyond: BackingChains.Found
    (resolved, beyond) = try await follow(domains, &pools, files)
    // A chain of snapshots may lead back into the folder of a pool.
    let there = beyond.files.filter { !$0.isMissing }.map(\.path)
    let below = Set(BackingChains.unlisted(there, in: pools.active, files).keys).subtracting(stale)
    if !below.isEmpty {
      pools = try await listingAgain(below.sorted(), of: pools)
      (resolved, beyond) = try await follow(domains, &pools, files)
    }
    let storage = LiveStorage(
      pools: pools.active, inactivePools: Set(pools.inactive.keys), domains: resolved,
      files: beyond.files, names: beyond.names, unreadable: domains.unreadable + pools.unreadable)
    return (resolved, storage)
  }

  /// Follows the backing chains of the disks of all domains.
  private func follow(
    _ domains: FoundObjects<LiveDomain>, _ pools: inout Pools, _ files: HostFiles
  ) async throws -> (domains: [LiveDomain], found: BackingChains.Found) {
    let resolved = domains.known.map { [pools] in $0.resolvingVolumes(pools.path(of:)) }
    // A guest may have written a header to its raw disk; its backing file is not followed.
    let formats = RecordedFormats(domains: resolved)
    pools.active = pools.active.map { $0.recorded(by: formats) }
    let chains = BackingChains(
      domains: resolved, unreadable: domains.unreadable, pools: pools.active,
      inactivePools: pools.inactive, files: files)
    return (resolved, try await pool.run { _ in chains.read() })
  }

  /// Reads the domains of a listing, without those that were removed since.
  static func read(_ domains: [Domain]) throws -> FoundObjects<LiveDomain> {
    try read(domains, ObjectIdentity.init) { try LiveDomain($0) }
  }

  /// Returns nil if the object was removed between its listing and this call.
  static func unlessGone<T>(_ code: LibvirtError.Code, _ read: () throws -> T) throws -> T? {
    do {
      return try read()
    } catch let error as LibvirtError where error.code == code {
      return nil
    }
  }
}

extension LiveNetwork {
  /// Reads the current state of a network of the host.
  init(_ network: Network, withLeases: Bool = false) throws {
    let (isActive, isPersistent) = try (network.isActive(), network.isPersistent())
    try self.init(
      name: network.name, uuid: network.uuid, isActive: isActive,
      autostart: isPersistent && network.autostart(), xml: network.xml(inactive: isPersistent),
      running: isActive ? network.xml() : nil,
      ports: isActive ? GuestPlug.ports(of: network) : nil,
      leases: isActive && withLeases ? GivenLease.all(of: network) : nil, isPersistent: isPersistent
    )
  }
}

extension GivenLease {
  /// Returns the leases that have not expired; nil if the driver or the kind of network reports none.
  static func all(of network: Network) throws(LibvirtError) -> [GivenLease]? {
    let now = Int64(Date.now.timeIntervalSince1970)
    return try reported(by: network)?.filter { $0.expires == 0 || $0.expires > now }
  }

  /// Returns all leases that the host reports, whatever the clock of this machine; nil if the driver or
  /// the kind of network reports none.
  static func reported(by network: Network) throws(LibvirtError) -> [GivenLease]? {
    // The test driver invents leases.
    guard !network.connection.isTestDriver else { return nil }
    do throws(LibvirtError) {
      return try network.leases().compactMap { lease in
        guard !lease.isIPv6, let mac = lease.mac.flatMap(MACAddress.init),
          let ip = IPAddress(lease.address)
        else { return nil }
        return GivenLease(mac: mac, ip: ip, expires: lease.expires)
      }
    } catch {
      guard !error.isConnectionLost, error.code != .noNetwork else { throw error }
      return nil
    }
  }

  /// Returns the leases that the host reports for a network; empty if there is no such network.
  static func reported(by network: String, _ connection: Connection) throws -> [GivenLease]? {
    guard !connection.isTestDriver, let network = try connection.network(named: network) else {
      return []
    }
    return try LiveReader.unlessGone(.noNetwork) { try reported(by: network) } ?? []
  }
}

extension LiveDomain {
  /// Reads the current state of a domain of the host.
  init(_ domain: Domain) throws {
    let (isActive, isPersistent) = try (domain.isActive(), domain.isPersistent())
    let hasSavedState = try !isActive && domain.hasSavedState()
    try self.init(
      name: domain.name, uuid: domain.uuid, state: State(domain.state()),
      autostart: isPersistent && domain.autostart(),
      // With passwords, which are compared too. The stored form lacks the additions of a start.
      xml: domain.xml(inactive: true, secure: true),
      running: isActive ? domain.xml(secure: true) : nil, isPersistent: isPersistent,
      hasSavedState: hasSavedState, saved: hasSavedState ? domain.savedXML() : nil)
  }
}

extension Domain {
  /// Returns the definition in the saved state; nil if libvirt does not show it.
  fileprivate func savedXML() throws(LibvirtError) -> String? {
    do throws(LibvirtError) { return try managedSaveXML() } catch {
      guard !error.isConnectionLost, error.code != .noDomain else { throw error }
      return nil
    }
  }

  /// Whether it has no snapshots; true for a driver without snapshots.
  fileprivate func hasNoSnapshots() throws(LibvirtError) -> Bool {
    do throws(LibvirtError) { return try snapshots().isEmpty } catch {
      guard error.isOfADriverWithoutIt else { throw error }
      return true
    }
  }

  /// Whether its next start restores a saved state; false for a driver without saved states.
  func hasSavedState() throws(LibvirtError) -> Bool {
    do throws(LibvirtError) { return try hasManagedSave() } catch {
      guard error.code == .noSupport else { throw error }
      return false
    }
  }
}

extension LiveDomain.State {
  /// Converts libvirt's state; a guest that is shutting down still counts as running.
  init(_ state: Domain.State) {
    self =
      switch state {
      case .noState, .running, .blocked, .shuttingDown: .running
      case .paused: .paused
      case .shutOff: .stopped
      case .crashed: .crashed
      case .pmSuspended: .suspended
      }
  }
}

extension LiveReader {
  /// The pools of a host.
  struct Pools: Sendable {
    /// The active pools with their volumes, by name.
    var active: [LiveStorage.Reading]
    /// The folders of the inactive pools, by name.
    let inactive: [String: String]
    /// The objects that could not be read.
    var unreadable: [UnreadableObject] = []

    /// Returns the path of a volume that a domain names, whether or not it is listed; nil if the pool
    /// is unknown.
    func path(of volume: SourceXML.VolumeReference) -> String? {
      if let pool = active.first(where: { $0.name == volume.pool }) {
        return pool.volumes.first { $0.name == volume.name }?.path
          ?? (pool.path.isEmpty ? nil : "\(pool.path)/\(volume.name)")
      }
      return inactive[volume.pool].flatMap { $0.isEmpty ? nil : "\($0)/\(volume.name)" }
    }
  }

  /// Reads the active pools with their volumes, and the folders of the inactive ones.
  func readPools() async throws -> Pools {
    // The folder is nil for an active pool.
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

  /// Reads the volumes of pools; skips a pool that was stopped or removed meanwhile.
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

  /// Returns the names of pools that do not list a file of a domain in their folders, such as one that
  /// an external snapshot created. Reads files.
  static func stalePools(
    _ pools: [LiveStorage.Reading], filesOf domains: [LiveDomain], _ files: HostFiles
  ) -> [String] {
    guard files != .none else { return [] }
    return BackingChains.unlisted(domains, in: pools, files).filter { name, paths in
      // A file that is gone needs no listing.
      guard let pool = pools.first(where: { $0.name == name }), files.sees(pool) else {
        return true
      }
      return paths.contains { files.look(at: $0, format: "raw") != .gone }
    }.keys.sorted()
  }

  /// Refreshes some pools and reads them again.
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

  /// Refreshes pools. A pool that refuses keeps its old listing, so its unlisted files stay unknown.
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

/// The objects of one kind in a listing.
struct FoundObjects<Object: Sendable>: Sendable {
  var known: [Object] = []
  var unreadable: [UnreadableObject] = []
}

extension LiveReader {
  /// Reads objects of a host one by one, without those that were removed since.
  ///
  /// - Throws: only errors that concern all of them, such as a lost connection.
  static func read<Handle, Object>(
    _ handles: [Handle], _ identity: (Handle) -> ObjectIdentity<Handle>,
    _ read: (Handle) throws -> Object
  ) throws -> FoundObjects<Object> {
    var found = FoundObjects<Object>()
    for handle in handles {
      let identity = identity(handle)
      do {
        guard let object = try unlessGone(identity.gone, { try retrying { try read(handle) } })
        else { continue }
        found.known.append(object)
      } catch let error as MalformedXML {
        found.unreadable.append(identity.unreadable(error.description, try? identity.documents()))
      } catch let error as LibvirtError where !error.isConnectionLost {
        found.unreadable.append(identity.unreadable(error.message, nil))
      }
    }
    return found
  }

  /// Retries once after a transient error.
  private static func retrying<T>(_ read: () throws -> T) throws -> T {
    do { return try read() } catch let error as LibvirtError where error.isTransient {
      return try read()
    }
  }
}

/// The identity of an object of a host, known without its document.
struct ObjectIdentity<Handle> {
  let kind: UnreadableObject.Kind
  let name: String
  let uuid: String
  /// libvirt's error code for a missing object.
  let gone: LibvirtError.Code
  /// Reads all documents of the object.
  let documents: () throws -> [String]

  func unreadable(_ reason: String, _ documents: [String]?) -> UnreadableObject {
    UnreadableObject(kind: kind, name: name, uuid: uuid, reason: reason, documents: documents)
  }
}

extension ObjectIdentity<Domain> {
  init(_ domain: Domain) {
    self.init(kind: .domain, name: domain.name, uuid: domain.uuid, gone: .noDomain) {
      try [domain.xml(inactive: true)] + (domain.isActive() ? [domain.xml()] : [])
    }
  }
}

extension ObjectIdentity<Network> {
  init(_ network: Network) {
    self.init(kind: .network, name: network.name, uuid: network.uuid, gone: .noNetwork) {
      try [network.xml(inactive: network.isPersistent())]
        + (network.isActive() ? [network.xml()] : [])
    }
  }
}

extension ObjectIdentity<StoragePool> {
  init(_ pool: StoragePool) {
    self.init(kind: .pool, name: pool.name, uuid: "", gone: .noStoragePool) {
      [try pool.xml()]
    }
  }
}
