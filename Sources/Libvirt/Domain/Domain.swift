import CLibvirt

/// A machine, running or not.
///
/// Every call throws libvirt's error, with code `noDomain` if it is gone meanwhile.
public struct Domain: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virDomainFree(pointer) }
  static let kind = "domain"
  static let missing = LibvirtError.Code.noDomain

  let handle: Handle<Domain>

  /// The connection it belongs to.
  public var connection: Connection { handle.connection }

  /// What a domain is doing, libvirt's `virDomainState`.
  public enum State: Int32, Sendable {
    /// Not known.
    case noState = 0
    /// Running.
    case running
    /// Waiting for a resource.
    case blocked
    /// Stopped by the user, in memory.
    case paused
    /// About to be off.
    case shuttingDown
    /// Off.
    case shutOff
    /// Gone down by a failure.
    case crashed
    /// Sleeping by its own power management.
    case pmSuspended
  }

  /// Unique among the host's domains (`virDomainGetName`).
  public var name: String { Call.borrowedString(virDomainGetName(pointer)) }

  /// The UUID in lower case.
  public var uuid: String { Call.uuid { virDomainGetUUIDString(pointer, $0) } }

  /// The number of the running domain, nil while it is off.
  public var id: Int? {
    let id = virDomainGetID(pointer)
    return id == UInt32.max ? nil : Int(id)
  }

  /// What it is doing now (`virDomainGetState`).
  public func state() throws(LibvirtError) -> State {
    var state: Int32 = 0
    try call.succeed(virDomainGetState(pointer, &state, nil, 0))
    return State(rawValue: state) ?? .noState
  }

  /// Its `<domain>` document.
  ///
  /// - Parameters:
  ///   - inactive: as it will be at its next start, not as it is running.
  ///   - secure: with the passwords in it.
  public func xml(inactive: Bool = false, secure: Bool = false) throws(LibvirtError) -> String {
    let flags =
      (inactive ? VIR_DOMAIN_XML_INACTIVE.rawValue : 0)
      | (secure ? VIR_DOMAIN_XML_SECURE.rawValue : 0)
    return try call.ownedString(virDomainGetXMLDesc(pointer, flags))
  }

  /// Whether it is running or paused (`virDomainIsActive`).
  public func isActive() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsActive(pointer))
  }

  /// Whether it has a stored definition (`virDomainIsPersistent`).
  public func isPersistent() throws(LibvirtError) -> Bool {
    try call.flag(virDomainIsPersistent(pointer))
  }

  /// Whether it starts with the host (`virDomainGetAutostart`).
  public func autostart() throws(LibvirtError) -> Bool {
    try call.flag { virDomainGetAutostart(pointer, $0) }
  }

  /// Sets whether it starts with the host (`virDomainSetAutostart`).
  ///
  /// - Throws: code `operationInvalid` for a domain without a stored definition.
  public func setAutostart(_ value: Bool) throws(LibvirtError) {
    try call.succeed(virDomainSetAutostart(pointer, value ? 1 : 0))
  }

  /// Whether a saved state waits to be resumed at the next start (`virDomainHasManagedSaveImage`).
  public func hasManagedSave() throws(LibvirtError) -> Bool {
    try call.flag(virDomainHasManagedSaveImage(pointer, 0))
  }

  /// The `<domain>` document of the saved state, with its passwords (`virDomainManagedSaveGetXMLDesc`).
  public func managedSaveXML() throws(LibvirtError) -> String {
    try call.ownedString(
      virDomainManagedSaveGetXMLDesc(pointer, UInt32(VIR_DOMAIN_SAVE_IMAGE_XML_SECURE.rawValue)))
  }
}
