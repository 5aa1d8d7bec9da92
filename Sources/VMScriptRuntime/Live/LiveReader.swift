import Foundation
import Libvirt
import VMScript
import VMScriptPlan

/// Reads what exists on the host: one listing of each kind, nothing changed.
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
    return try await LiveState(
      domains: found, networks: networks.known, storage: storage,
      unreadable: domains.unreadable + networks.unreadable)
  }

  func files() async throws -> HostFiles { try await pool.run { try HostFiles($0) } }

  func capabilities() async throws -> String { try await pool.run { try $0.capabilities() } }

  func seed(at path: String) async throws -> SeedContent? {
    do {
      let image = try await pool.run { try $0.volume(path: path)?.content(upTo: 16 << 20) }
      return image.flatMap(SeedImage.files).flatMap(SeedContent.init)
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

  /// The storage alone, and who uses it; of domains no more than their drives is read.
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

  /// The storage of a host; the domains with the paths of the volumes that their drives name.
  func storage(
    of domains: FoundObjects<LiveDomain>, _ found: Pools
  ) async throws -> (domains: [LiveDomain], storage: LiveStorage) {
    var pools = found
    var resolved = domains.known.map { $0.resolvingVolumes(pools.path(of:)) }
    let (first, listed) = (resolved, pools.active)
    // Looking at files blocks.
    let (files, stale) = try await pool.run { connection in
      let files = try HostFiles(connection)
      return (files, Self.stalePools(listed, filesOf: first, files))
    }
    pools = try await listingAgain(stale, of: pools)
    var beyond: BackingChains.Found
    (resolved, beyond) = try await follow(domains, &pools, files)
    // A chain of snapshots may come back into the folder of a pool from elsewhere.
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

  /// Follows the disks of all domains to what they back onto.
  private func follow(
    _ domains: FoundObjects<LiveDomain>, _ pools: inout Pools, _ files: HostFiles
  ) async throws -> (domains: [LiveDomain], found: BackingChains.Found) {
    let resolved = domains.known.map { [pools] in $0.resolvingVolumes(pools.path(of:)) }
    // A header that a guest wrote to its raw disk names nothing that is to be followed.
    let formats = RecordedFormats(domains: resolved)
    pools.active = pools.active.map { $0.recorded(by: formats) }
    let chains = BackingChains(
      domains: resolved, unreadable: domains.unreadable, pools: pools.active,
      inactivePools: pools.inactive, files: files)
    return (resolved, try await pool.run { _ in chains.read() })
  }

  /// What the domains of a listing are now, without those that went since.
  static func read(_ domains: [Domain]) throws -> FoundObjects<LiveDomain> {
    try read(domains, ObjectIdentity.init) { try LiveDomain($0) }
  }

  /// Others may remove an object between its finding and its reading: it is then just not there.
  static func unlessGone<T>(_ code: LibvirtError.Code, _ read: () throws -> T) throws -> T? {
    do {
      return try read()
    } catch let error as LibvirtError where error.code == code {
      return nil
    }
  }
}

extension LiveNetwork {
  /// What a network of the host is now.
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
  /// The leases that have not ended; nil where the driver or the kind of network has none to report.
  static func all(of network: Network) throws(LibvirtError) -> [GivenLease]? {
    let now = Int64(Date.now.timeIntervalSince1970)
    return try reported(by: network)?.filter { $0.expires == 0 || $0.expires > now }
  }

  /// The leases that the host reports, whatever the clock of this machine says; nil where the driver
  /// or the kind of network has none to report.
  static func reported(by network: Network) throws(LibvirtError) -> [GivenLease]? {
    // The test driver makes leases up.
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

  /// The leases that the host reports for the network of a name; none where there is no such network.
  static func reported(by network: String, _ connection: Connection) throws -> [GivenLease]? {
    guard !connection.isTestDriver, let network = try connection.network(named: network) else {
      return []
    }
    return try LiveReader.unlessGone(.noNetwork) { try reported(by: network) } ?? []
  }
}

extension LiveDomain {
  /// What a domain of the host is now.
  init(_ domain: Domain) throws {
    let (isActive, isPersistent) = try (domain.isActive(), domain.isPersistent())
    let hasSavedState = try !isActive && domain.hasSavedState()
    try self.init(
      name: domain.name, uuid: domain.uuid, state: State(domain.state()),
      autostart: isPersistent && domain.autostart(),
      // With passwords, which are compared too; the stored form leaves out what a start adds.
      xml: domain.xml(inactive: true, secure: true),
      running: isActive ? domain.xml(secure: true) : nil, isPersistent: isPersistent,
      hasSavedState: hasSavedState, saved: hasSavedState ? domain.savedXML() : nil)
  }
}

extension Domain {
  /// The machine as its saved state holds it; nil where libvirt does not show it.
  fileprivate func savedXML() throws(LibvirtError) -> String? {
    do throws(LibvirtError) { return try managedSaveXML() } catch {
      guard !error.isConnectionLost, error.code != .noDomain else { throw error }
      return nil
    }
  }

  /// Whether it has no snapshots; a driver that makes none has none.
  fileprivate func hasNoSnapshots() throws(LibvirtError) -> Bool {
    do throws(LibvirtError) { return try snapshots().isEmpty } catch {
      guard error.isOfADriverWithoutIt else { throw error }
      return true
    }
  }

  /// Whether its next start brings back a saved state; a driver that saves none has none.
  func hasSavedState() throws(LibvirtError) -> Bool {
    do throws(LibvirtError) { return try hasManagedSave() } catch {
      guard error.code == .noSupport else { throw error }
      return false
    }
  }
}

extension LiveDomain.State {
  /// libvirt's state in the language's words; a guest on its way down still runs.
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
