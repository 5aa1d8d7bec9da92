import CLibvirt

/// A virtual network.
///
/// Every call throws libvirt's error, with code `noNetwork` if it is gone meanwhile.
public struct Network: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virNetworkFree(pointer) }
  static let kind = "network"
  static let missing = LibvirtError.Code.noNetwork

  let handle: Handle<Network>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// Unique among the host's networks (`virNetworkGetName`).
  public var name: String { Call.borrowedString(virNetworkGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virNetworkGetUUIDString(pointer, $0) } }

  /// Its `<network>` document; `inactive` is as it will be at its next start.
  ///
  /// The test driver has but one document for both.
  public func xml(inactive: Bool = false) throws(LibvirtError) -> String {
    let flags = inactive && !connection.isTestDriver ? VIR_NETWORK_XML_INACTIVE.rawValue : 0
    return try call.ownedString(virNetworkGetXMLDesc(pointer, flags))
  }

  /// Whether it is started (`virNetworkIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsActive(pointer))
  }

  /// Whether it has a stored definition (`virNetworkIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virNetworkIsPersistent(pointer))
  }

  /// Starts it (`virNetworkCreate`).
  ///
  /// - Throws: code `operationInvalid` if it is started; what the host said where its bridge or its
  ///   addresses are taken.
  public func start() throws(LibvirtError) {
    try call.succeed(virNetworkCreate(pointer))
  }

  /// Stops it, which unplugs its guests; the definition stays (`virNetworkDestroy`).
  ///
  /// - Throws: code `operationInvalid` if it is not started.
  public func destroy() throws(LibvirtError) {
    try call.succeed(virNetworkDestroy(pointer))
  }

  /// Removes its definition (`virNetworkUndefine`).
  public func undefine() throws(LibvirtError) {
    try call.succeed(virNetworkUndefine(pointer))
  }

  /// Whether it starts with the host (`virNetworkGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virNetworkGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts with the host (`virNetworkSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a network without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virNetworkSetAutostart(pointer, value ? 1 : 0))
  }

  /// The UUIDs of its ports, in lower case: one for each interface that is plugged into it
  /// (`virNetworkListAllPorts`).
  public func ports() throws(LibvirtError) -> Set<String> {
    Set(
      try call.list {
        virNetworkListAllPorts(pointer, $0, 0)
      } taking: { port in
        // SAFETY: the reference is this call's; its last use is the UUID.
        defer { virNetworkPortFree(port) }
        return Call.uuid { virNetworkPortGetUUIDString(port, $0) }
      })
  }
}
