/// The storage of a host as a plan looks at it: its active pools, and who stands on what.
public struct LiveStorage: Sendable {
  /// An active storage pool.
  public struct Pool: Sendable {
    /// The name.
    public let name: String
    /// What the paths of its volumes begin with: the folder of a `dir` pool.
    public let path: String
    /// In the order of the reading.
    public let inventory: VolumeInventory

    /// The path that a volume of this name has, whether it exists or not.
    public func path(of volume: String) -> String { "\(path)/\(volume)" }
  }

  /// A pool as it was read.
  public struct Reading: Sendable {
    /// The name.
    public let name: String
    /// What the paths of its volumes begin with.
    public let path: String
    /// In the order of the listing.
    public let volumes: [VolumeInventory.Volume]
    /// A reading of an active pool.
    public init(name: String, path: String, volumes: [VolumeInventory.Volume]) {
      self.name = name
      self.path = path
      self.volumes = volumes
    }
  }

  /// A volume with the pool that it is in.
  public struct Place: Sendable {
    /// The pool's name.
    public let pool: String
    /// The volume.
    public let volume: VolumeInventory.Volume
  }

  /// The active pools by name.
  public let pools: [String: Pool]
  /// Names of pools that are not active.
  public let inactivePools: Set<String>
  private let byPath: [String: Place]
  private let overlays: [String: [Place]]
  private let domains: [String: [String]]
  private let writers: [String: [String]]

  /// Takes in one reading of a host.
  public init(
    pools: [Reading] = [],
    inactivePools: Set<String> = [], domains: [LiveDomain] = []
  ) {
    var users: [String: [String]] = [:]
    var writers: [String: [String]] = [:]
    for domain in domains {
      for disk in domain.facts.disks {
        for path in disk.paths { users[path, default: []].append(domain.name) }
        if disk.isWritable, let path = disk.path { writers[path, default: []].append(domain.name) }
      }
    }
    let places = pools.flatMap { pool in pool.volumes.map { Place(pool: pool.name, volume: $0) } }
    let paths = Set(users.keys)
    self.pools = Dictionary(
      pools.map { pool in
        let inventory = VolumeInventory(volumes: pool.volumes, pathsInUse: paths)
        return (pool.name, Pool(name: pool.name, path: pool.path, inventory: inventory))
      }
    ) { first, _ in first }
    self.inactivePools = inactivePools
    self.domains = users
    self.writers = writers
    byPath = Dictionary(places.map { ($0.volume.path, $0) }) { first, _ in first }
    overlays = Dictionary(grouping: places.filter { $0.volume.backingPath != nil }) {
      $0.volume.backingPath ?? ""
    }
  }

  /// The pool that a script means.
  ///
  /// - Parameter declared: the `pool` that it names; nil takes `default`, or the only active pool of a
  ///   host that has no `default`.
  /// - Throws: a failure that says whether the pool is missing or only not started.
  public func pool(declared: String?) throws(StorageFailure) -> Pool {
    let name = declared ?? "default"
    if let pool = pools[name] { return pool }
    if inactivePools.contains(name) { throw .inactivePool(name) }
    if declared == nil, pools.count == 1, let only = pools.values.first { return only }
    throw .missingPool(name, existing: (Array(pools.keys) + inactivePools).sorted())
  }

  /// The volume at a path of the host.
  public func place(at path: String) -> Place? { byPath[path] }

  /// The volumes that are overlays on what is at this path.
  public func overlays(on path: String) -> [Place] { overlays[path] ?? [] }

  /// Names of the domains whose definition refers to this path.
  public func domains(using path: String) -> [String] { domains[path] ?? [] }

  /// Every volume that a stack owns, in every active pool.
  public func owned(by stack: String) -> [Place] {
    pools.values.sorted { $0.name < $1.name }.flatMap { pool in
      pool.inventory.owned(by: stack).map { Place(pool: pool.name, volume: $0) }
    }
  }

  /// Names of the domains that write to a disk that overlays stand on.
  public var overlaidDomains: Set<String> { Set(overlays.keys.flatMap { writers[$0] ?? [] }) }
}
