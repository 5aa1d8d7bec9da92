import CLibvirt

// @unchecked: the pointer never changes, and libvirt's connections may be used from any thread.

/// A connection to a hypervisor through libvirt.
///
/// Every call blocks the calling thread: use a ``ConnectionPool`` from asynchronous code. The
/// connection closes when the last reference to it and to its objects goes.
public final class Connection: @unchecked Sendable {
  let pointer: OpaquePointer
  let watch: ConnectionWatch
  /// The URI as libvirt resolved it.
  public let uri: String
  /// The driver as libvirt spells it: `QEMU`, `TEST`, ….
  public let driverType: String
  /// The version of libvirt that answers, as 1,000,000 × major + 1,000 × minor + release.
  public let libraryVersion: UInt

  private init(pointer: OpaquePointer) throws(LibvirtError) {
    self.pointer = pointer
    watch = ConnectionWatch()
    do throws(LibvirtError) {
      uri = try Call.ownedString(virConnectGetURI(pointer))
      driverType = Call.borrowedString(virConnectGetType(pointer))
      var version: UInt = 0
      try Call.succeed(virConnectGetLibVersion(pointer, &version))
      libraryVersion = version
    } catch {
      // SAFETY: nothing else has got the pointer, and there is no object whose end would close it.
      virConnectClose(pointer)
      throw error
    }
    watch.attach(to: pointer)
  }

  deinit {
    // SAFETY: the last reference is gone, nothing else can use the pointer. The close callback holds
    // a reference of its own on libvirt's side and goes first.
    watch.detach(from: pointer)
    virConnectClose(pointer)
  }

  /// Opens a connection (`virConnectOpenAuth`); never asks for a password.
  ///
  /// - Parameters:
  ///   - uri: libvirt's URI; nil is libvirt's own default.
  ///   - readOnly: whether changing calls are refused.
  /// - Throws: libvirt's error, its message led by the URI.
  public static func open(
    _ uri: String? = nil, readOnly: Bool = false
  ) throws(LibvirtError) -> Connection {
    try Library.start()
    let flags = readOnly ? VIR_CONNECT_RO.rawValue : 0
    guard let pointer = virConnectOpenAuth(uri, nil, flags) else {
      let error = LibvirtError.last()
      throw LibvirtError(
        domain: error.domain, code: error.code, level: error.level,
        message: Messages.openFailed(uri: uri, reason: error.message))
    }
    let connection = try Connection(pointer: pointer)
    // A driver without a transport refuses keepalive, and needs none.
    _ = virConnectSetKeepAlive(pointer, 5, 5)
    return connection
  }

  /// Whether the connection still works as far as is known, without a call to the other side.
  public var isAlive: Bool {
    !watch.isClosed && virConnectIsAlive(pointer) == 1
  }

  /// Whether this is libvirt's test driver, which runs nothing.
  public var isTestDriver: Bool { driverType == "TEST" }

  /// The name of the machine that the hypervisor runs on, with or without its domain
  /// (`virConnectGetHostname`).
  public func hostname() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetHostname(pointer))
  }

  /// The hypervisor's version, as 1,000,000 × major + 1,000 × minor + release
  /// (`virConnectGetVersion`).
  ///
  /// - Throws: libvirt's error; a driver may not say its version.
  public func hostVersion() throws(LibvirtError) -> UInt {
    var version: UInt = 0
    try Call.succeed(virConnectGetVersion(pointer, &version))
    return version
  }

  /// The host's name as it knows itself (`virConnectGetHostname`).
  ///
  /// - Throws: libvirt's error.
  public func hostName() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetHostname(pointer))
  }

  /// What the host can do, a `<capabilities>` document (`virConnectGetCapabilities`).
  ///
  /// - Throws: libvirt's error.
  public func capabilities() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetCapabilities(pointer))
  }

  /// What a kind of domain can have here, a `<domainCapabilities>` document.
  ///
  /// - Parameters: each nil is the host's default; `type` is `kvm` or `qemu`.
  public func domainCapabilities(
    emulator: String? = nil, architecture: String? = nil, machine: String? = nil,
    type: String? = nil
  ) throws(LibvirtError) -> String {
    try Call.ownedString(
      virConnectGetDomainCapabilities(pointer, emulator, architecture, machine, type, 0))
  }
}
