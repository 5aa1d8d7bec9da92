import CLibvirt

/// A place on the host that holds volumes.
///
/// Every call throws libvirt's error, with code `noStoragePool` if it is gone meanwhile.
public struct StoragePool: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virStoragePoolFree(pointer) }
  static let kind = "storage pool"
  static let missing = LibvirtError.Code.noStoragePool

  let handle: Handle<StoragePool>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// Its size and what is left, in bytes.
  public struct Info: Sendable, Hashable {
    /// All of it.
    public let capacity: UInt64
    /// What its volumes take.
    public let allocation: UInt64
    /// What is left.
    public let available: UInt64
  }

  /// Unique among the host's pools (`virStoragePoolGetName`).
  public var name: String { Call.borrowedString(virStoragePoolGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virStoragePoolGetUUIDString(pointer, $0) } }

  /// Its `<pool>` document (`virStoragePoolGetXMLDesc`).
  public func xml() throws(LibvirtError) -> String {
    try call.ownedString(virStoragePoolGetXMLDesc(pointer, 0))
  }

  /// Whether it is started (`virStoragePoolIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virStoragePoolIsActive(pointer))
  }

  /// Size and what is left, as of the last refresh (`virStoragePoolGetInfo`).
  public func info() throws(LibvirtError) -> Info {
    var info = virStoragePoolInfo()
    try call.succeed(virStoragePoolGetInfo(pointer, &info))
    return Info(
      capacity: info.capacity, allocation: info.allocation, available: info.available)
  }

  /// Makes the place on the host, such as a dir pool's folder (`virStoragePoolBuild`).
  public func build() throws(LibvirtError) {
    try call.succeed(virStoragePoolBuild(pointer, 0))
  }

  /// Starts it (`virStoragePoolCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is started; what the host said where its place is not
  ///   there.
  public func start() throws(LibvirtError) {
    try call.succeed(virStoragePoolCreate(pointer, 0))
  }

  /// Stops it; the volumes stay (`virStoragePoolDestroy`).
  public func destroy() throws(LibvirtError) {
    try call.succeed(virStoragePoolDestroy(pointer))
  }

  /// Removes its definition; the volumes stay (`virStoragePoolUndefine`).
  public func undefine() throws(LibvirtError) {
    try call.succeed(virStoragePoolUndefine(pointer))
  }

  /// Whether it starts with the host (`virStoragePoolGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virStoragePoolGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts with the host (`virStoragePoolSetAutostart`).
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virStoragePoolSetAutostart(pointer, value ? 1 : 0))
  }

  /// Looks for volumes that others made; takes time in proportion to their number
  /// (`virStoragePoolRefresh`).
  ///
  /// - Throws: code `operationInvalid` if it is not started; `internalError` while another job runs
  ///   on it.
  public func refresh() throws(LibvirtError) {
    try call.succeed(virStoragePoolRefresh(pointer, 0))
  }

  /// All volumes, in one call (`virStoragePoolListAllVolumes`).
  public func volumes() throws(LibvirtError) -> [StorageVolume] {
    try call.named { () throws(LibvirtError) in
      try connection.list { virStoragePoolListAllVolumes(pointer, $0, 0) }
    }
  }

  /// The volume of this name, nil where there is none (`virStorageVolLookupByName`).
  public func volume(named name: String) throws(LibvirtError) -> StorageVolume? {
    try call.named { () throws(LibvirtError) in
      try connection.lookup(virStorageVolLookupByName(pointer, name), called: name)
    }
  }

  /// Makes a volume from a `<volume>` document, or a copy of another one.
  ///
  /// - Parameter allocatesMetadata: whether the tables of a qcow2 volume are written at once.
  @discardableResult
  public func createVolume(
    xml: String, copying source: StorageVolume? = nil, allocatesMetadata: Bool = false
  ) throws(LibvirtError) -> StorageVolume {
    let flags = allocatesMetadata ? VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA.rawValue : 0
    let created =
      if let source {
        virStorageVolCreateXMLFrom(pointer, xml, source.pointer, flags)
      } else {
        virStorageVolCreateXML(pointer, xml, flags)
      }
    return try call.named { () throws(LibvirtError) in try connection.object(created) }
  }
}
