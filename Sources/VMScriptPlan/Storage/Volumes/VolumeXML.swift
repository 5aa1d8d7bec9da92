import VMScript

/// The XML that libvirt creates a volume from (`virStorageVolCreateXML`).
public struct VolumeXML: Hashable, Sendable {
  /// The name within the pool.
  public var name: String
  /// The format in libvirt's terms. An ISO is written as `raw`.
  public var format: ImageFormat
  /// The capacity in bytes; nil takes that of the backing file.
  public var capacity: Int64?
  /// The allocation in bytes. If nil, libvirt allocates a raw file completely.
  public var allocation: Int64?
  /// The cluster size of a qcow2, in bytes.
  public var clusterSize: Int64?
  /// Whether a qcow2 defers its reference counts (`features/lazy_refcounts`).
  public var lazyRefcounts = false
  /// The preallocation mode.
  public enum Preallocation: String, Sendable { case off, metadata, falloc, full }
  /// The preallocation mode; sets ``allocation`` too.
  public var preallocation = Preallocation.off {
    didSet {
      if preallocation == .falloc || preallocation == .full { allocation = capacity }
    }
  }
  /// The permissions of the file as octal digits; nil for libvirt's default.
  public var mode: String?
  /// The backing volume.
  public var backing: (path: String, format: ImageFormat)? {
    get { backingPath.map { ($0, backingFormat) } }
    set {
      backingPath = newValue?.path
      backingFormat = newValue?.format ?? .qcow2
    }
  }
  private var backingPath: String?
  private var backingFormat = ImageFormat.qcow2

  /// Creates the description of a standalone volume. Set ``backing`` to make it an overlay.
  public init(name: String, format: ImageFormat, capacity: Int64?, allocation: Int64? = nil) {
    self.name = name
    self.format = format
    self.capacity = capacity
    self.allocation = allocation
  }

  /// Returns the `volume` element as text.
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

/// The part of a `<volume>` document that planning needs.
package struct VolumeDescription {
  /// The path on the host.
  package let path: String
  /// The path of the backing file.
  package let backing: Fact<String>
  /// The size that a guest sees, in bytes.
  package let capacity: Int64?
  /// The format in libvirt's terms, such as `qcow2`.
  package let format: String?
  /// The length of the file or device itself, in bytes.
  package let length: Int64?
  /// The time of its last modification, in nanoseconds since 1970.
  package let modified: Int64?

  /// The cluster size of a qcow2, in bytes.
  package let clusterSize: Int64?
  /// Whether a qcow2 defers its reference counts; nil for another format.
  package let lazyRefcounts: Bool?

  /// Reads a `<volume>` document.
  ///
  /// - Parameter place: the path to use if the document has none.
  /// - Throws: `MalformedXML` if it is not such a document.
  package init(xml: String, at place: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "volume")
    func text(_ path: String) -> String? {
      root.text(at: path).flatMap { $0.isEmpty ? nil : $0 }
    }
    let path = text("target/path") ?? place
    self.path = path
    backing = text("backingStore/path").map { BackingName.path($0, of: path) } ?? .absent
    // libvirt writes sizes in bytes.
    capacity = text("capacity").flatMap(Int64.init)
    format = text("target/format/@type")
    clusterSize = text("target/clusterSize").flatMap(Int64.init)
    lazyRefcounts =
      format == "qcow2"
      ? root.first("target")?.first("features")?.first("lazy_refcounts") != nil : nil
    length = text("physical").flatMap(Int64.init)
    modified = text("target/timestamps/mtime").flatMap(Self.nanoseconds)
  }

  /// Parses libvirt's time stamps: seconds, with nine digits behind the point unless they are all
  /// zero.
  private static func nanoseconds(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let seconds = parts.first.flatMap({ Int64($0) }), parts.count <= 2 else { return nil }
    let fraction = parts.count == 2 ? Int64(parts[1]) : 0
    guard let fraction, parts.count == 1 || parts[1].utf8.count == 9 else { return nil }
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? nil : scaled &+ fraction
  }
}

/// The part of a `<pool>` document that planning needs.
package struct PoolDescription {
  /// The prefix of the paths of the pool's volumes; empty for a pool without a path on the host.
  package let path: String
  /// Whether its volumes are block devices.
  package let holdsDevices: Bool

  /// Reads a `<pool>` document.
  ///
  /// - Throws: `MalformedXML` if it is not such a document.
  package init(xml: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "pool")
    let text = root.text(at: "target/path") ?? ""
    holdsDevices = ["logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "zfs"]
      .contains(root["type"])
    path = text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
