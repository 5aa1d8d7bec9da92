/// The content of the pools, as one bulk reading showed it.
public struct VolumeInventory: Sendable {
  /// One volume, or a file that no pool lists and that a domain uses.
  public struct Volume: Hashable, Sendable {
    /// The name within the pool.
    public let name: String
    /// The file's path on the host.
    public let path: String
    /// The path of the volume's backing file.
    public let backing: Fact<String>
    /// The size that a guest sees, in bytes.
    public let capacity: Fact<Int64>
    /// The format in libvirt's terms, such as `qcow2`.
    public let format: Fact<String>
    /// The length of the file in bytes; nil where it was not read.
    public var length: Int64?
    /// The time of its last modification, in nanoseconds since 1970; nil where it was not read.
    public let modified: Int64?
    /// The cluster size of a qcow2, in bytes; nil where it was not read.
    public var clusterSize: Int64?
    /// Whether a qcow2 defers its reference counts; nil where it was not read.
    public var lazyRefcounts: Bool?
    /// Whether the file is missing although an overlay is backed by it.
    package var isMissing = false
    /// The name that certifies the owner; nil if no stack owns it.
    public let owned: VolumeName?

    /// Creates a volume from known values.
    public init(
      name: String, path: String, backing: Fact<String>, capacity: Fact<Int64>,
      format: Fact<String>, length: Int64? = nil, modified: Int64? = nil
    ) {
      self.name = name
      self.path = path
      self.backing = backing
      self.capacity = capacity
      self.format = format
      self.length = length
      self.modified = modified
      self.owned = VolumeName(parsing: name)
    }

    /// Reads a volume from libvirt's document; missing values are absent.
    public init(
      name: String, path: String, backingPath: String? = nil, capacity: Int64? = nil,
      format: String? = nil, length: Int64? = nil, modified: Int64? = nil
    ) {
      self.init(
        name: name, path: path, backing: Fact(backingPath), capacity: Fact(capacity),
        format: Fact(format), length: length, modified: modified)
    }

    /// A volume that exists but that the host could not read.
    public init(name: String, path: String, unreadable reason: String) {
      self.init(
        name: name, path: path, backing: .unreadable(reason), capacity: .unreadable(reason),
        format: .unreadable(reason))
    }

    /// Returns the value of a fact; nil if the volume has none.
    ///
    /// - Throws: ``StorageFailure/unreadableVolume(_:reason:)`` for a fact that could not be read.
    public func read<Value>(
      _ fact: KeyPath<Volume, Fact<Value>>
    ) throws(StorageFailure) -> Value? {
      switch self[keyPath: fact] {
      case .known(let value): return value
      case .absent: return nil
      case .unreadable(let reason): throw .unreadableVolume(path, reason: reason)
      }
    }

    /// Whether the volume cannot have a backing file. Records, seeds and uploads are written
    /// without a base, and a raw file has no header.
    var standsAlone: Bool {
      switch owned?.role {
      case .pin, .seed, .base, .unfinished, .protection: true
      case .image, .disk, nil: format == .known("raw") || format == .known("iso")
      }
    }
  }

  /// The reason to keep a volume.
  public enum Refusal: Hashable, Sendable {
    case notOwned
    /// Other volumes or files that are overlays on it.
    case hasOverlays([String])
    /// Unreadable files that may be overlays on it.
    case mayHaveOverlays([String])
    /// Domains that refer to it, or to an overlay on it.
    case usedByDomain([String])
    /// Stacks that still use it.
    case pinned(by: [String])
  }

  private struct Upload: Hashable {
    let key: String
    let nonce: String
  }

  /// All volumes, in the order of the reading.
  public let volumes: [Volume]
  private let uses: StorageUses
  private let byName: [String: Int]
  private let bases: [Upload: Int]
  private let pins: [Upload: [Int]]

  /// Creates an inventory from one reading of a pool.
  ///
  /// - Parameters:
  ///   - volumes: the volumes of the pool.
  ///   - uses: the users of all storage on the host.
  package init(volumes: [Volume], uses: StorageUses) {
    self.volumes = volumes
    self.uses = uses
    var byName: [String: Int] = [:]
    var bases: [Upload: Int] = [:]
    var pins: [Upload: [Int]] = [:]
    for (index, volume) in volumes.enumerated() {
      byName[volume.name] = index
      switch volume.owned?.role {
      case .base(let key, let nonce): bases[Upload(key: key, nonce: nonce)] = index
      case .pin(let key, let nonce, _):
        pins[Upload(key: key, nonce: nonce), default: []].append(index)
      default: break
      }
    }
    self.byName = byName
    self.bases = bases
    self.pins = pins
  }

  /// Creates an inventory from one reading of the only pool of a host.
  ///
  /// - Parameters:
  ///   - volumes: the volumes of the pool.
  ///   - users: by path, the domains whose definition refers to it.
  public init(volumes: [Volume], users: [String: [String]] = [:]) {
    self.init(volumes: volumes, uses: StorageUses(volumes: volumes, users: users))
  }

  /// The volume of this name, or nil.
  public subscript(name: String) -> Volume? { byName[name].map { volumes[$0] } }

  /// The volumes that a stack owns.
  public func owned(by stack: String) -> [Volume] { volumes.filter { $0.owned?.stack == stack } }

  /// Returns an unchanged base with this content and a complete upload, made by any stack; nil if
  /// there is none.
  public func completeBase(for key: ImageKey) -> Volume? {
    pins.keys.filter { $0.key == key.text }.sorted { $0.nonce < $1.nonce }
      .lazy.compactMap { intactBase(key: $0.key, nonce: $0.nonce) }.first
  }

  /// Returns the base of one upload, unless its state differs from the one that its pins record.
  func intactBase(key: String, nonce: String) -> Volume? {
    base(key: key, nonce: nonce).flatMap { base in
      records(key: key, nonce: nonce).contains { $0.isContradicted(by: base) } ? nil : base
    }
  }

  /// Returns the state of an upload at its completion; nil if no pin records it.
  package func record(key: String, nonce: String) -> UploadRecord? {
    records(key: key, nonce: nonce).first
  }

  private func records(key: String, nonce: String) -> [UploadRecord] {
    (pins[Upload(key: key, nonce: nonce)] ?? []).compactMap { index in
      if case .pin(_, _, let record)? = volumes[index].owned?.role { record } else { nil }
    }
  }

  /// Whether a base changed after its upload.
  package func isChanged(_ volume: Volume) -> Bool {
    guard case .base(let key, let nonce)? = volume.owned?.role else { return false }
    return intactBase(key: key, nonce: nonce) == nil
  }

  /// Returns the base of one upload, complete or not.
  package func base(key: String, nonce: String) -> Volume? {
    bases[Upload(key: key, nonce: nonce)].map { volumes[$0] }
  }

  /// Returns the stacks that use one upload.
  package func stacks(pinning key: String, _ nonce: String) -> [String] {
    let stacks = pins[Upload(key: key, nonce: nonce)]?.compactMap { volumes[$0].owned?.stack }
    return Set(stacks ?? []).sorted()
  }

  /// Returns the stack's bases without a pin, which a killed run left behind.
  public func leftovers(of stack: String) -> [Volume] {
    owned(by: stack).filter { volume in
      guard case .base = volume.owned?.role else { return false }
      return refusalToRemove(volume.name) == nil
    }
  }

  /// Returns the reason to keep a volume; nil if it may be removed or does not exist.
  public func refusalToRemove(_ name: String) -> Refusal? {
    guard let volume = self[name] else { return nil }
    guard let owned = volume.owned else { return .notOwned }
    if let refusal = refusalToWrite(name) { return refusal }
    let users = uses.users(of: volume.path)
    if !users.isEmpty { return .usedByDomain(users) }
    if case .base(let key, let nonce) = owned.role {
      let stacks = stacks(pinning: key, nonce)
      if !stacks.isEmpty { return .pinned(by: stacks) }
    }
    return nil
  }

  /// Returns the reason not to write to or resize a volume; nil if both are allowed.
  package func refusalToWrite(_ name: String) -> Refusal? {
    guard let volume = self[name] else { return nil }
    let overlays = uses.overlays(on: volume.path)
    if !overlays.isEmpty { return .hasOverlays(overlays.map(\.name)) }
    let unreadable = uses.possibleOverlays(on: volume)
    return unreadable.isEmpty ? nil : .mayHaveOverlays(unreadable.map(\.path))
  }
}

/// The state of an uploaded file at its completion. A file in another state changed afterwards.
///
/// The allocation is not part of it, because file systems change it by themselves: they allocate
/// late, and trim what they allocated ahead. Punching a hole into the file changes its
/// modification time.
public struct UploadRecord: Hashable, Sendable {
  /// The length of the file in bytes.
  public let size: Int64
  /// The time of its last modification, in nanoseconds since 1970.
  public let modified: Int64
  /// The first 32 hexadecimal digits of the content's SHA-256.
  public let digest: String

  /// The state of a file with this content.
  public init(size: Int64, modified: Int64, sha256: String) {
    self.size = size
    self.modified = modified
    digest = String(sha256.prefix(32))
  }

  /// Reads the fields of a name; nil if they are malformed.
  package init?(_ fields: ArraySlice<String>) {
    let fields = Array(fields)
    guard fields.count == 3, let size = Int64(fields[0], radix: 16),
      let modified = Int64(fields[1], radix: 16), fields[2].utf8.count == 32
    else { return nil }
    self.init(size: size, modified: modified, sha256: fields[2])
    // Each record has exactly one spelling, so that it has one name.
    guard self.fields == fields else { return nil }
  }

  /// The fields in the form used in names.
  var fields: [String] {
    [String(size, radix: 16), String(modified, radix: 16), digest]
  }

  /// Whether a volume is in another state. Values that were not read are ignored.
  func isContradicted(by volume: VolumeInventory.Volume) -> Bool {
    if let length = volume.length, length != size { return true }
    if let time = volume.modified, time != modified { return true }
    return false
  }
}
