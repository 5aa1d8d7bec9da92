/// What a pool holds, as one bulk reading showed it.
public struct VolumeInventory: Sendable {
  /// One volume, or a file that no pool lists and that a domain uses.
  public struct Volume: Hashable, Sendable {
    /// The name within the pool.
    public let name: String
    /// The file's path on the host.
    public let path: String
    /// The path of the volume that this one is an overlay on.
    public let backing: Fact<String>
    /// The size that a guest sees, in bytes.
    public let capacity: Fact<Int64>
    /// libvirt's word, such as `qcow2`.
    public let format: Fact<String>
    /// The length of the file in bytes; nil where it was not read.
    public var length: Int64?
    /// The time of its last modification, in nanoseconds since 1970; nil where it was not read.
    public let modified: Int64?
    /// Of a qcow2, in bytes; nil where it was not read.
    public var clusterSize: Int64?
    /// Whether a qcow2 defers its reference counts; nil where it was not read.
    public var lazyRefcounts: Bool?
    /// Whether it is not there though something backs onto it.
    package var isMissing = false
    /// Who owns it; nil if no stack does.
    public let owned: VolumeName?

    /// A volume with what is known of it.
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

    /// A volume as libvirt's document shows it; what the document does not hold is absent.
    public init(
      name: String, path: String, backingPath: String? = nil, capacity: Int64? = nil,
      format: String? = nil, length: Int64? = nil, modified: Int64? = nil
    ) {
      self.init(
        name: name, path: path, backing: Fact(backingPath), capacity: Fact(capacity),
        format: Fact(format), length: length, modified: modified)
    }

    /// A volume that exists and that the host could not look into.
    public init(name: String, path: String, unreadable reason: String) {
      self.init(
        name: name, path: path, backing: .unreadable(reason), capacity: .unreadable(reason),
        format: .unreadable(reason))
    }

    /// A fact as its value; nil where the volume has none.
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

    /// Whether it cannot back onto anything: records, seeds and uploads are written without a base,
    /// and a raw file has no header.
    var standsAlone: Bool {
      switch owned?.role {
      case .pin, .seed, .base: true
      case .image, .disk, nil: format == .known("raw") || format == .known("iso")
      }
    }
  }

  /// Why a volume stays.
  public enum Refusal: Hashable, Sendable {
    case notOwned
    /// Other volumes or files are overlays on it.
    case hasOverlays([String])
    /// These could not be read, and may be overlays on it.
    case mayHaveOverlays([String])
    /// Domains refer to it, or to an overlay on it.
    case usedByDomain([String])
    /// These stacks still want it.
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

  /// Takes in one reading of a pool.
  ///
  /// - Parameters:
  ///   - volumes: what is in the pool.
  ///   - uses: who uses what on the whole host.
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

  /// Takes in one reading of the only pool of a host.
  ///
  /// - Parameters:
  ///   - volumes: what is in the pool.
  ///   - users: by path, the domains whose definition refers to it.
  public init(volumes: [Volume], users: [String: [String]] = [:]) {
    self.init(volumes: volumes, uses: StorageUses(volumes: volumes, users: users))
  }

  /// The volume of this name, or nil.
  public subscript(name: String) -> Volume? { byName[name].map { volumes[$0] } }

  /// The volumes that a stack owns.
  public func owned(by stack: String) -> [Volume] { volumes.filter { $0.owned?.stack == stack } }

  /// A base with this content whose upload was completed, by whichever stack, and that was not changed
  /// since; nil if there is none.
  public func completeBase(for key: ImageKey) -> Volume? {
    pins.keys.filter { $0.key == key.text }.sorted { $0.nonce < $1.nonce }
      .lazy.compactMap { intactBase(key: $0.key, nonce: $0.nonce) }.first
  }

  /// The base of one upload, unless it is in another state than its pins record.
  func intactBase(key: String, nonce: String) -> Volume? {
    base(key: key, nonce: nonce).flatMap { base in
      records(key: key, nonce: nonce).contains { $0.isContradicted(by: base) } ? nil : base
    }
  }

  /// The state of an upload when it was complete; nil for one that no pin records.
  package func record(key: String, nonce: String) -> UploadRecord? {
    records(key: key, nonce: nonce).first
  }

  private func records(key: String, nonce: String) -> [UploadRecord] {
    (pins[Upload(key: key, nonce: nonce)] ?? []).compactMap { index in
      if case .pin(_, _, let record)? = volumes[index].owned?.role { record } else { nil }
    }
  }

  /// Whether a base was changed after its upload was complete.
  package func isChanged(_ volume: Volume) -> Bool {
    guard case .base(let key, let nonce)? = volume.owned?.role else { return false }
    return intactBase(key: key, nonce: nonce) == nil
  }

  /// The base of one upload, whether it is complete or not.
  package func base(key: String, nonce: String) -> Volume? {
    bases[Upload(key: key, nonce: nonce)].map { volumes[$0] }
  }

  /// The stacks that want one upload.
  package func stacks(pinning key: String, _ nonce: String) -> [String] {
    let stacks = pins[Upload(key: key, nonce: nonce)]?.compactMap { volumes[$0].owned?.stack }
    return Set(stacks ?? []).sorted()
  }

  /// The stack's bases that no pin completes: what a killed run left behind.
  public func leftovers(of stack: String) -> [Volume] {
    owned(by: stack).filter { volume in
      guard case .base = volume.owned?.role else { return false }
      return refusalToRemove(volume.name) == nil
    }
  }

  /// Why a volume must stay; nil if it may be removed. A volume that is not there has no refusal.
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

  /// Why a volume must not be written to or resized; nil if it may be.
  package func refusalToWrite(_ name: String) -> Refusal? {
    guard let volume = self[name] else { return nil }
    let overlays = uses.overlays(on: volume.path)
    if !overlays.isEmpty { return .hasOverlays(overlays.map(\.name)) }
    let unreadable = uses.possibleOverlays(on: volume)
    return unreadable.isEmpty ? nil : .mayHaveOverlays(unreadable.map(\.path))
  }
}

/// The state of an uploaded file when it was complete: a file in another state was changed since.
///
/// Its allocation is no part of it, which file systems change by themselves: they allocate late, and
/// trim what they allocated ahead. Whoever punches a hole into the file changes its modification time.
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

  /// Reads the fields of a name; nil if they are none.
  package init?(_ fields: ArraySlice<String>) {
    let fields = Array(fields)
    guard fields.count == 3, let size = Int64(fields[0], radix: 16),
      let modified = Int64(fields[1], radix: 16), fields[2].utf8.count == 32
    else { return nil }
    self.init(size: size, modified: modified, sha256: fields[2])
    // One record has one spelling, and so one name.
    guard self.fields == fields else { return nil }
  }

  /// The fields as a name holds them.
  var fields: [String] {
    [String(size, radix: 16), String(modified, radix: 16), digest]
  }

  /// Whether a volume is in another state; what was not read contradicts nothing.
  func isContradicted(by volume: VolumeInventory.Volume) -> Bool {
    if let length = volume.length, length != size { return true }
    if let time = volume.modified, time != modified { return true }
    return false
  }
}
