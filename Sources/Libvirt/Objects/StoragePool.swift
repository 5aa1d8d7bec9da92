import CLibvirt

/// A storage pool of the host, which holds volumes.
///
/// Every call throws libvirt's error, with code `noStoragePool` if the pool no longer exists.
public struct StoragePool: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virStoragePoolFree(pointer) }
  static let kind = "storage pool"
  static let missing = LibvirtError.Code.noStoragePool

  let handle: Handle<StoragePool>

  /// The connection that the object belongs to.
  public var connection: Connection { handle.connection }

  /// The sizes of a pool in bytes.
  public struct Info: Sendable, Hashable {
    /// The total size.
    public let capacity: UInt64
    /// The space that volumes use.
    public let allocation: UInt64
    /// The free space.
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

  /// Whether the pool is active (`virStoragePoolIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virStoragePoolIsActive(pointer))
  }

  /// The sizes as of the last refresh (`virStoragePoolGetInfo`).
  public func info() throws(LibvirtError) -> Info {
    var info = virStoragePoolInfo()
    try call.succeed(virStoragePoolGetInfo(pointer, &info))
    return Info(
      capacity: info.capacity, allocation: info.allocation, available: info.available)
  }

  /// Creates the pool's target on the host, such as the folder of a `dir` pool
  /// (`virStoragePoolBuild`).
  public func build() throws(LibvirtError) {
    try call.succeed(virStoragePoolBuild(pointer, 0))
  }

  /// Starts the pool (`virStoragePoolCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is active; the host's error if its target is missing.
  public func start() throws(LibvirtError) {
    try call.succeed(virStoragePoolCreate(pointer, 0))
  }

  /// Stops the pool; the volumes stay (`virStoragePoolDestroy`).
  public func destroy() throws(LibvirtError) {
    try call.succeed(virStoragePoolDestroy(pointer))
  }

  /// Removes the definition; the volumes stay (`virStoragePoolUndefine`).
  public func undefine() throws(LibvirtError) {
    try call.succeed(virStoragePoolUndefine(pointer))
  }

  /// Whether it starts when the host boots (`virStoragePoolGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virStoragePoolGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts when the host boots (`virStoragePoolSetAutostart`).
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virStoragePoolSetAutostart(pointer, value ? 1 : 0))
  }

  /// Rescans the pool for volumes, in time proportional to their number (`virStoragePoolRefresh`).
  ///
  /// - Throws: code `operationInvalid` if it is not active; `internalError` while another job uses
  ///   it.
  public func refresh() throws(LibvirtError) {
    try call.succeed(virStoragePoolRefresh(pointer, 0))
  }

  /// All volumes, in one call (`virStoragePoolListAllVolumes`).
  public func volumes() throws(LibvirtError) -> [StorageVolume] {
    try call.named { () throws(LibvirtError) in
      try connection.list { virStoragePoolListAllVolumes(pointer, $0, 0) }
    }
  }

  /// The volume of this name; nil if there is none (`virStorageVolLookupByName`).
  public func volume(named name: String) throws(LibvirtError) -> StorageVolume? {
    try call.named { () throws(LibvirtError) in
      try connection.lookup(virStorageVolLookupByName(pointer, name), called: name)
    }
  }

  /// Creates a volume from a `<volume>` document, empty or as a copy of another one.
  ///
  /// - Parameter allocatesMetadata: whether to preallocate the metadata of a qcow2 volume.
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
