import VMScript

/// The XML that libvirt creates a volume from (`virStorageVolCreateXML`).
public struct VolumeXML: Hashable, Sendable {
  /// The name within the pool.
  public var name: String
  /// Any format that libvirt knows; an ISO is written as `raw` there.
  public var format: ImageFormat
  /// In bytes; nil takes what an overlay stands on.
  public var capacity: Int64?
  /// In bytes; nil leaves it to libvirt, which fills a raw file completely then.
  public var allocation: Int64?
  /// Of a qcow2, in bytes.
  public var clusterSize: Int64?
  /// Of a qcow2: write reference counts late (`features/lazy_refcounts`).
  public var lazyRefcounts = false
  /// How much of it takes room at once.
  public enum Preallocation: String, Sendable { case off, metadata, falloc, full }
  /// How much of it takes room at once; ``allocation`` says so, too.
  public var preallocation = Preallocation.off {
    didSet {
      if preallocation == .falloc || preallocation == .full { allocation = capacity }
    }
  }
  /// Who may read the file, as octal digits; nil for libvirt's own choice.
  public var mode: String?
  /// The volume that this one is an overlay on.
  public var backing: (path: String, format: ImageFormat)? {
    get { backingPath.map { ($0, backingFormat) } }
    set {
      backingPath = newValue?.path
      backingFormat = newValue?.format ?? .qcow2
    }
  }
  private var backingPath: String?
  private var backingFormat = ImageFormat.qcow2

  /// A volume of its own, an overlay once ``backing`` is set.
  public init(name: String, format: ImageFormat, capacity: Int64?, allocation: Int64? = nil) {
    self.name = name
    self.format = format
    self.capacity = capacity
    self.allocation = allocation
  }

  /// The `volume` element as text.
  public func text() -> String {
    let root = XMLElement(name: "volume")
    root.add("name", text: name)
    if let capacity { root.add("capacity", Self.bytes, text: String(capacity)) }
    if let allocation { root.add("allocation", Self.bytes, text: String(allocation)) }
    let target = root.add("target")
    target.add("format", ["type": Self.word(format)])
    if let mode { target.add("permissions").add("mode", text: mode) }
    if format == .qcow2 {
      target.add("compat", text: "1.1")
      if let clusterSize { target.add("clusterSize", Self.bytes, text: String(clusterSize)) }
      if lazyRefcounts { target.add("features").add("lazy_refcounts") }
    }
    if let backingPath {
      let store = root.add("backingStore")
      store.add("path", text: backingPath)
      store.add("format", ["type": Self.word(backingFormat)])
    }
    return root.xmlString
  }

  private static let bytes: KeyValuePairs = ["unit": "bytes"]

  private static func word(_ format: ImageFormat) -> String {
    format == .iso ? "raw" : format.rawValue
  }
}
