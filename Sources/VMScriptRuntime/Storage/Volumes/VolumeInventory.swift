/// What a pool holds, as one bulk reading showed it.
public struct VolumeInventory: Sendable {
  /// One volume.
  public struct Volume: Hashable, Sendable {
    /// The name within the pool.
    public let name: String
    /// The file's path on the host.
    public let path: String
    /// The path of the volume that this one is an overlay on.
    public let backingPath: String?
    /// The size that a guest sees, in bytes; nil where it was not read.
    public let capacity: Int64?
    /// libvirt's word, such as `qcow2`; nil where it was not read.
    public let format: String?
    /// Who owns it; nil if no stack does.
    public let owned: VolumeName?

    /// A volume as libvirt's document shows it.
    public init(
      name: String, path: String, backingPath: String? = nil, capacity: Int64? = nil,
      format: String? = nil
    ) {
      self.name = name
      self.path = path
      self.backingPath = backingPath
      self.capacity = capacity
      self.format = format
      self.owned = VolumeName(parsing: name)
    }
  }

  /// Why a volume stays.
  public enum Refusal: Hashable, Sendable {
    case notOwned
    /// Other volumes are overlays on it.
    case hasOverlays([String])
    /// A domain's definition refers to it.
    case usedByDomain
    /// Stacks still want it.
    case pinned
  }

  private struct Upload: Hashable {
    let key: String
    let nonce: String
  }

  /// All volumes, in the order of the reading.
  public let volumes: [Volume]
  private let pathsInUse: Set<String>
  private let byName: [String: Int]
  private let overlays: [String: [String]]
  private let bases: [Upload: Int]
  private let pins: [Upload: [Int]]

  /// Takes in one reading of a pool.
  ///
  /// - Parameters:
  ///   - volumes: what is in the pool.
  ///   - pathsInUse: every disk path in a domain's definition on this host.
  public init(volumes: [Volume], pathsInUse: Set<String>) {
    self.volumes = volumes
    self.pathsInUse = pathsInUse
    var byName: [String: Int] = [:]
    var overlays: [String: [String]] = [:]
    var bases: [Upload: Int] = [:]
    var pins: [Upload: [Int]] = [:]
    for (index, volume) in volumes.enumerated() {
      byName[volume.name] = index
      if let path = volume.backingPath { overlays[path, default: []].append(volume.name) }
      switch volume.owned?.role {
      case .base(let key, let nonce): bases[Upload(key: key, nonce: nonce)] = index
      case .pin(let key, let nonce): pins[Upload(key: key, nonce: nonce), default: []].append(index)
      default: break
      }
    }
    self.byName = byName
    self.overlays = overlays
    self.bases = bases
    self.pins = pins
  }

  /// The volume of this name, or nil.
  public subscript(name: String) -> Volume? { byName[name].map { volumes[$0] } }

  /// The volumes that a stack owns.
  public func owned(by stack: String) -> [Volume] { volumes.filter { $0.owned?.stack == stack } }

  /// A base with this content whose upload was completed, by whichever stack; nil if there is none.
  public func completeBase(for key: ImageKey) -> Volume? {
    pins.keys.filter { $0.key == key.text }.sorted { $0.nonce < $1.nonce }
      .compactMap { bases[$0] }.first.map { volumes[$0] }
  }

  /// The base of one upload, whether it is complete or not.
  func base(key: String, nonce: String) -> Volume? {
    bases[Upload(key: key, nonce: nonce)].map { volumes[$0] }
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
    if let names = overlays[volume.path], !names.isEmpty { return .hasOverlays(names) }
    if pathsInUse.contains(volume.path) { return .usedByDomain }
    if case .base(let key, let nonce) = owned.role, pins[Upload(key: key, nonce: nonce)] != nil {
      return .pinned
    }
    return nil
  }
}
