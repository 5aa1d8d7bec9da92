import CLibvirt

/// A disk or an image in a storage pool.
///
/// Every call throws libvirt's error, with code `noStorageVolume` if it is gone meanwhile.
public struct StorageVolume: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virStorageVolFree(pointer) }
  static let kind = "volume"
  static let missing = LibvirtError.Code.noStorageVolume

  let handle: Handle<StorageVolume>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// Its sizes in bytes.
  public struct Info: Sendable, Hashable {
    /// The size that a guest sees.
    public let capacity: UInt64
    /// What it takes on the host.
    public let allocation: UInt64
  }

  /// Unique within its pool (`virStorageVolGetName`).
  public var name: String { Call.borrowedString(virStorageVolGetName(pointer)) }

  /// The key, unique on the host.
  public var key: String { Call.borrowedString(virStorageVolGetKey(pointer)) }

  /// The path on the host (`virStorageVolGetPath`).
  public func path() throws(LibvirtError) -> String {
    try call.ownedString(virStorageVolGetPath(pointer))
  }

  /// The sizes (`virStorageVolGetInfo`).
  public func info() throws(LibvirtError) -> Info {
    var info = virStorageVolInfo()
    try call.succeed(virStorageVolGetInfo(pointer, &info))
    return Info(capacity: info.capacity, allocation: info.allocation)
  }

  /// Its `<volume>` document (`virStorageVolGetXMLDesc`).
  public func xml() throws(LibvirtError) -> String {
    try call.ownedString(virStorageVolGetXMLDesc(pointer, 0))
  }

  /// Removes it with its content (`virStorageVolDelete`).
  public func delete() throws(LibvirtError) {
    try call.succeed(virStorageVolDelete(pointer, 0))
  }

  /// Grows it to so many bytes; libvirt refuses to shrink (`virStorageVolResize`).
  public func resize(to bytes: UInt64) throws(LibvirtError) {
    try call.succeed(virStorageVolResize(pointer, bytes, 0))
  }
}
