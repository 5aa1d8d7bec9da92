/// The storage of a host for planning: its active pools, and the users of volumes.
public struct LiveStorage: Sendable {
  /// An active storage pool.
  public struct Pool: Sendable {
    /// The name.
    public let name: String
    /// The prefix of the paths of its volumes: the folder of a `dir` pool.
    public let path: String
    /// Whether its volumes are block devices.
    public let holdsDevices: Bool
    /// The volumes in the order of the reading.
    public let inventory: VolumeInventory

    /// Returns the path of a volume of this name, whether it exists or not.
    public func path(of volume: String) -> String { "\(path)/\(volume)" }
  }

  /// A pool as it was read.
  public struct Reading: Sendable {
    /// The name.
    public let name: String
    /// The prefix of the paths of its volumes.
    public let path: String
    /// Whether its volumes are block devices.
    public let holdsDevices: Bool
    /// The volumes in the order of the listing.
    public let volumes: [VolumeInventory.Volume]
    /// Creates a reading of an active pool.
    public init(
      name: String, path: String, holdsDevices: Bool = false, volumes: [VolumeInventory.Volume]
    ) {
      self.name = name
      self.path = path
      self.holdsDevices = holdsDevices
      self.volumes = volumes
    }
  }

  /// A volume with the pool that it is in.
  public struct Place: Sendable {
    /// The pool's name; empty for a file that is in no pool.
    public let pool: String
    /// The volume.
    public let volume: VolumeInventory.Volume
  }

  /// The active pools by name.
  public let pools: [String: Pool]
  /// Names of pools that are not active.
  public let inactivePools: Set<String>
  private let byPath: [String: Place]
  private let files: [String: Place]
  private let domains: [String: [String]]
  private let writers: [String: [String]]
  private let uses: StorageUses
  private let names: PathNames
  /// The domains and pools with unreadable documents.
  package let unreadable: [UnreadableObject]
  /// The formats of disks as recorded in the definitions of domains.
  package let formats: RecordedFormats

  /// Creates the storage from one reading of a host.
  ///
  /// - Parameters:
  ///   - pools: the active pools.
  ///   - inactivePools: the names of the inactive pools.
  ///   - domains: all domains of the host.
  ///   - files: the files that domains use besides the volumes of the pools, and their backing
  ///     files.
  ///   - unreadable: domains and pools whose documents could not be read.
  public init(
    pools: [Reading] = [], inactivePools: Set<String> = [], domains: [LiveDomain] = [],
    files: [VolumeInventory.Volume] = [], unreadable: [UnreadableObject] = []
  ) {
    self.init(
      pools: pools, inactivePools: inactivePools, domains: domains, files: files,
      names: PathNames(), unreadable: unreadable)
  }

  package init(
    pools: [Reading], inactivePools: Set<String>, domains: [LiveDomain],
    files: [VolumeInventory.Volume], names: PathNames, unreadable: [UnreadableObject] = []
  ) {
    /// By path, the domains with a disk at it.
    func byPath(_ paths: (SourceXML.Disk) -> [String]) -> [String: [String]] {
      domains.reduce(into: [:]) { found, domain in
        let all = (domain.facts.disks + domain.runningDisks).flatMap(paths)
        for path in Set(all.map { names[$0] }) { found[path, default: []].append(domain.name) }
      }
    }
    let formats = RecordedFormats(domains: domains, names: names)
    let pools = pools.map { $0.recorded(by: formats) }
    self.formats = formats
    let places = pools.flatMap { pool in pool.volumes.map { Place(pool: pool.name, volume: $0) } }
    let files = files + unreadable.compactMap(VolumeInventory.Volume.init(unknownOf:))
    let possible = Self.possibleUsers(unreadable, of: places.map(\.volume) + files, names)
    let uses = StorageUses(
      volumes: places.map(\.volume) + files,
      users: byPath(\.paths).merging(possible, uniquingKeysWith: +), names: names)
    self.pools = Dictionary(
      pools.map { pool in
        let inventory = VolumeInventory(volumes: pool.volumes, uses: uses)
        return (
          pool.name,
          Pool(
            name: pool.name, path: pool.path, holdsDevices: pool.holdsDevices, inventory: inventory)
        )
      }
    ) { first, _ in first }
    self.inactivePools = inactivePools
    self.domains = byPath { [$0.path].compactMap(\.self) }
      .merging(possible, uniquingKeysWith: +)
    self.unreadable = unreadable
    self.writers = byPath { $0.isWritable ? [$0.path].compactMap(\.self) : [] }
    self.uses = uses
    self.names = names
    self.byPath = Dictionary(places.map { (names[$0.volume.path], $0) }) { first, _ in first }
    self.files = Dictionary(
      files.map { (names[$0.path], Place(pool: "", volume: $0)) }
    ) { first, _ in first }
  }

  /// By path, the domains with unreadable definitions that may refer to it.
  private static func possibleUsers(
    _ unreadable: [UnreadableObject], of volumes: [VolumeInventory.Volume], _ names: PathNames
  ) -> [String: [String]] {
    unreadable.filter { $0.kind == .domain }.reduce(into: [:]) { found, domain in
      let named = volumes.filter { domain.values?.contains($0.name) ?? true }.map(\.path)
      for path in Set((named + domain.paths).map { names[$0] }) {
        found[path, default: []].append(domain.name)
      }
    }
  }

  /// Describes how a domain uses a path for which ``domains(using:)`` or ``users(of:)`` returns
  /// it.
  package func use(by domain: String) -> String {
    unreadable.first { $0.kind == .domain && $0.name == domain }
      .map { "`\(domain)` may refer to it: \($0.note)" } ?? "`\(domain)` refers to it"
  }

  /// Returns the domains with unreadable definitions that may refer to a path, or to an overlay on
  /// it.
  func possibleUsers(of path: String) -> [UnreadableObject] {
    let users = Set(users(of: path))
    return unreadable.filter { $0.kind == .domain && users.contains($0.name) }
  }

  /// Returns an unreadable pool of this name.
  package func unreadablePool(named name: String) -> UnreadableObject? {
    unreadable.first { $0.kind == .pool && $0.name == name }
  }

  /// Returns the pool that a script selects.
  ///
  /// - Parameter declared: the `pool` in the script; nil takes `default`, or the only active pool
  ///   of a host without `default`.
  /// - Throws: a failure for a missing pool, or for one that is not active.
  public func pool(declared: String?) throws(StorageFailure) -> Pool {
    let name = declared ?? "default"
    if let pool = pools[name] { return pool }
    if inactivePools.contains(name) { throw .inactivePool(name) }
    if let pool = unreadablePool(named: name) {
      throw .unreadablePool(name, reason: pool.reason)
    }
    if declared == nil, pools.count == 1, let only = pools.values.first { return only }
    throw .missingPool(name, existing: (Array(pools.keys) + inactivePools).sorted())
  }

  /// Returns the volume at a path of the host; nil if no active pool has it.
  public func place(at path: String) -> Place? { byPath[names[path]] }

  /// Returns the volume at a path, or the file there that a domain uses.
  public func file(at path: String) -> Place? { place(at: path) ?? files[names[path]] }

  /// Whether two paths denote the same file.
  public func isSame(_ one: String, _ other: String) -> Bool { names[one] == names[other] }

  /// Returns the volumes and files that are overlays on the file at this path.
  public func overlays(on path: String) -> [Place] {
    uses.overlays(on: path).compactMap { file(at: $0.path) }
  }

  /// Returns the unreadable volumes and files that may be overlays on the file at this path.
  public func possibleOverlays(on path: String) -> [Place] {
    guard let volume = file(at: path)?.volume else { return [] }
    return uses.possibleOverlays(on: volume).compactMap { file(at: $0.path) }
  }

  /// Whether one of two paths is a backing file of the other.
  func isChain(through one: String, _ other: String) -> Bool {
    uses.chain(from: one).contains(names[other]) || uses.chain(from: other).contains(names[one])
  }

  /// Returns the names of the domains that refer, or may refer, to this path directly.
  public func domains(using path: String) -> [String] { domains[names[path]] ?? [] }

  /// Returns the names of the domains that refer, or may refer, to this path or to any overlay on
  /// it. A volume with such domains is deleted only with the domain that owns it.
  public func users(of path: String) -> [String] { uses.users(of: path) }

  /// Returns the names of the domains whose guests write to this path directly.
  func writers(of path: String) -> [String] { writers[names[path]] ?? [] }

  /// Returns the canonical form of a path.
  package func name(of path: String) -> String { names[path] }

  /// Returns every volume that a stack owns, in every active pool.
  public func owned(by stack: String) -> [Place] {
    pools.values.sorted { $0.name < $1.name }.flatMap { pool in
      pool.inventory.owned(by: stack).map { Place(pool: pool.name, volume: $0) }
    }
  }

  /// Returns the names of the domains that write to a disk which backs overlays.
  public var overlaidDomains: Set<String> {
    Set(writers.filter { !overlays(on: $0.key).isEmpty }.flatMap(\.value))
  }

  /// Returns, by the name of a domain that writes to a disk, the unreadable files that may be
  /// overlays on it.
  var possiblyOverlaidDomains: [String: Set<String>] {
    writers.reduce(into: [:]) { found, writer in
      // Nobody writes to a missing file, so it matters only to deletions.
      let possible = possibleOverlays(on: writer.key).filter { !$0.volume.isMissing }
      guard !possible.isEmpty else { return }
      for domain in writer.value {
        found[domain, default: []].formUnion(possible.map(\.volume.path))
      }
    }
  }
}

extension VolumeInventory.Volume {
  /// An unreadable pool, or a domain without a document, is treated like an unreadable file, which
  /// may be an overlay on anything.
  fileprivate init?(unknownOf object: UnreadableObject) {
    guard object.kind == .pool || object.values == nil else { return nil }
    let name = "the \(object.kind.rawValue) \(object.name)"
    self.init(name: name, path: name, unreadable: object.reason)
  }
}

extension LiveStorage {
  /// An image that scripts can name: an empty one, a complete upload, or a volume that no stack
  /// made.
  package struct Image: Sendable {
    /// The image's name in its script, else the volume's.
    package let name: String
    /// The stack that uses it; nil if no stack made it.
    package let stack: String?
    /// The pool that holds it.
    package let pool: String
    /// The volume with the content.
    package let content: VolumeInventory.Volume
  }

  /// Returns the images of every active pool, sorted by name and path.
  package var images: [Image] {
    let found = pools.values.flatMap { pool in
      pool.inventory.volumes.compactMap { volume -> Image? in
        let content: VolumeInventory.Volume?
        switch volume.owned?.role {
        case nil, .image: content = volume
        case .pin(let key, let nonce, _): content = pool.inventory.base(key: key, nonce: nonce)
        case .base, .seed, .disk, .unfinished, .protection: content = nil
        }
        return content.map { content in
          Image(
            name: volume.owned?.ownerName ?? volume.name, stack: volume.owned?.stack,
            pool: pool.name, content: content)
        }
      }
    }
    return found.sorted { ($0.name, $0.content.path) < ($1.name, $1.content.path) }
  }
}

/// The users of a host's storage: overlays among volumes and files, and domains with their disks.
///
/// It covers the whole host, because an overlay may be in another pool than its base, or in none.
package struct StorageUses: Sendable {
  private let volumes: [String: VolumeInventory.Volume]
  private let overlays: [String: [VolumeInventory.Volume]]
  private let users: [String: [String]]
  private let unreadable: [VolumeInventory.Volume]
  private let names: PathNames

  /// - Parameters:
  ///   - volumes: everything in the active pools, and the files outside them that domains use.
  ///   - users: by path, the domains that refer to it.
  ///   - names: the aliases of paths.
  init(
    volumes: [VolumeInventory.Volume], users: [String: [String]], names: PathNames = PathNames()
  ) {
    self.names = names
    let byPath = Dictionary(volumes.map { (names[$0.path], $0) }) { first, _ in first }
    self.volumes = byPath
    var overlays: [String: [VolumeInventory.Volume]] = [:]
    for volume in volumes {
      guard case .known(let backing) = volume.backing else { continue }
      overlays[names[backing], default: []].append(volume)
    }
    self.overlays = overlays
    unreadable = volumes.filter { $0.backing.reason != nil && !$0.standsAlone }
    var reached: [String: Set<String>] = [:]
    for (path, domains) in users {
      for path in Self.chain(from: names[path], byPath, names) {
        reached[path, default: []].formUnion(domains)
      }
    }
    self.users = reached.mapValues { $0.sorted() }
  }

  /// Returns the volumes and files that are overlays on the file at this path.
  func overlays(on path: String) -> [VolumeInventory.Volume] { overlays[names[path]] ?? [] }

  /// Returns the unreadable volumes and files that may be overlays on a volume.
  func possibleOverlays(on volume: VolumeInventory.Volume) -> [VolumeInventory.Volume] {
    guard !unreadable.isEmpty else { return [] }
    switch volume.owned?.role {
    // Records and seeds have no overlays.
    case .pin, .seed, .unfinished, .protection: return []
    case .base, .image, .disk, nil: break
    }
    // Its own backing files cannot be overlays on it.
    let below = Set(chain(from: volume.path))
    return unreadable.filter { !below.contains(names[$0.path]) }
  }

  /// Returns the path and its backing files, as far as they are known.
  func chain(from path: String) -> [String] { Self.chain(from: names[path], volumes, names) }

  /// Returns the names of the domains that refer to a path or to any overlay on it.
  package func users(of path: String) -> [String] { users[names[path]] ?? [] }

  private static func chain(
    from path: String, _ volumes: [String: VolumeInventory.Volume], _ names: PathNames
  ) -> [String] {
    var chain = [path]
    // The check ends a cycle of files.
    while case .known(let backing)? = chain.last.flatMap({ volumes[$0] })?.backing {
      let next = names[backing]
      guard !chain.contains(next) else { break }
      chain.append(next)
    }
    return chain
  }
}

/// The canonical form of paths.
package struct PathNames: Sendable, Equatable {
  /// By normalized path, the target of its symbolic links.
  package var links: [String: String] = [:]

  package subscript(_ path: String) -> String {
    let short = Self.shortest(path)
    return links[short] ?? short
  }

  /// Returns the path without empty and relative parts. A relative path is returned unchanged.
  static func shortest(_ path: String) -> String {
    guard path.hasPrefix("/"), path.contains("//") || path.contains("/.") || path.hasSuffix("/")
    else { return path }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}
