import CLibvirt
import Synchronization

// @unchecked: the pointer never changes, and libvirt's connections may be used from any thread.

/// A connection to a hypervisor through libvirt.
///
/// Every call blocks the calling thread: use a ``ConnectionPool`` from asynchronous code. The
/// connection closes when the last reference to it and to its objects is released.
public final class Connection: @unchecked Sendable {
  let pointer: OpaquePointer
  let watch: ConnectionWatch
  /// The URI as libvirt resolved it.
  public let uri: String
  /// The driver as libvirt spells it: `QEMU`, `TEST`, ….
  public let driverType: String
  /// The version of the connected libvirt, as 1,000,000 × major + 1,000 × minor + release.
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
      // SAFETY: nothing else holds the pointer, and no object exists whose deinit would close it.
      virConnectClose(pointer)
      throw error
    }
    watch.attach(to: pointer)
  }

  deinit {
    // SAFETY: this was the last reference, so nothing else can use the pointer. The close callback
    // holds its own reference on libvirt's side, and is removed first.
    watch.detach(from: pointer)
    virConnectClose(pointer)
  }

  /// Opens a connection without asking for a password (`virConnectOpenAuth`).
  ///
  /// - Parameters:
  ///   - uri: libvirt's URI; nil selects libvirt's default.
  ///   - readOnly: whether calls that change the host fail.
  /// - Throws: libvirt's error; its message begins with the URI.
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
    // A driver without a transport refuses keepalive and does not need it.
    _ = virConnectSetKeepAlive(pointer, 5, 5)
    return connection
  }

  /// Whether the connection is not known to be broken; makes no call to the host.
  public var isAlive: Bool {
    !watch.isClosed && virConnectIsAlive(pointer) == 1
  }

  /// Whether this is libvirt's test driver, which runs no guests.
  public var isTestDriver: Bool { driverType == "TEST" }

  /// The name of the machine that the hypervisor runs on, with or without its domain
  /// (`virConnectGetHostname`).
  public func hostname() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetHostname(pointer))
  }

  /// The hypervisor's version, as 1,000,000 × major + 1,000 × minor + release
  /// (`virConnectGetVersion`).
  ///
  /// - Throws: libvirt's error; some drivers do not report a version.
  public func hostVersion() throws(LibvirtError) -> UInt {
    var version: UInt = 0
    try Call.succeed(virConnectGetVersion(pointer, &version))
    return version
  }

  /// The host's own name (`virConnectGetHostname`).
  ///
  /// - Throws: libvirt's error.
  public func hostName() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetHostname(pointer))
  }

  /// The host's `<capabilities>` document (`virConnectGetCapabilities`).
  ///
  /// - Throws: libvirt's error.
  public func capabilities() throws(LibvirtError) -> String {
    try Call.ownedString(virConnectGetCapabilities(pointer))
  }

  /// The `<domainCapabilities>` document of a kind of domain.
  ///
  /// - Parameters: nil selects the host's default; `type` is `kvm` or `qemu`.
  public func domainCapabilities(
    emulator: String? = nil, architecture: String? = nil, machine: String? = nil,
    type: String? = nil
  ) throws(LibvirtError) -> String {
    try Call.ownedString(
      virConnectGetDomainCapabilities(pointer, emulator, architecture, machine, type, 0))
  }
}

/// Finding and defining objects. A lookup returns nil if there is no such object.
extension Connection {
  /// All domains, running or not, in one call (`virConnectListAllDomains`).
  public func domains() throws(LibvirtError) -> [Domain] {
    try list { virConnectListAllDomains(pointer, $0, 0) }
  }

  /// The domain of this name (`virDomainLookupByName`).
  public func domain(named name: String) throws(LibvirtError) -> Domain? {
    try lookup(virDomainLookupByName(pointer, name), called: name)
  }

  /// The domain of this UUID (`virDomainLookupByUUIDString`).
  public func domain(uuid: String) throws(LibvirtError) -> Domain? {
    try lookup(virDomainLookupByUUIDString(pointer, uuid), called: uuid)
  }

  /// Defines a domain, or redefines the one of the same name and UUID (`virDomainDefineXML`).
  ///
  /// - Throws: code `xmlError` and others for a document that libvirt rejects; `operationFailed` if
  ///   a domain of this name has another UUID.
  @discardableResult
  public func defineDomain(xml: String) throws(LibvirtError) -> Domain {
    try object(virDomainDefineXML(pointer, xml))
  }

  /// All networks, active or not, in one call (`virConnectListAllNetworks`).
  public func networks() throws(LibvirtError) -> [Network] {
    try list { virConnectListAllNetworks(pointer, $0, 0) }
  }

  /// The network of this name (`virNetworkLookupByName`).
  public func network(named name: String) throws(LibvirtError) -> Network? {
    try lookup(virNetworkLookupByName(pointer, name), called: name)
  }

  /// The network of this UUID (`virNetworkLookupByUUIDString`).
  public func network(uuid: String) throws(LibvirtError) -> Network? {
    try lookup(virNetworkLookupByUUIDString(pointer, uuid), called: uuid)
  }

  /// Defines a network, or redefines the one of the same name and UUID (`virNetworkDefineXML`).
  ///
  /// - Throws: code `xmlError` and others for a document that libvirt rejects; `operationFailed` if
  ///   a network of this name has another UUID.
  @discardableResult
  public func defineNetwork(xml: String) throws(LibvirtError) -> Network {
    try object(virNetworkDefineXML(pointer, xml))
  }

  /// All storage pools, active or not, in one call (`virConnectListAllStoragePools`).
  public func pools() throws(LibvirtError) -> [StoragePool] {
    try list { virConnectListAllStoragePools(pointer, $0, 0) }
  }

  /// The storage pool of this name (`virStoragePoolLookupByName`).
  public func pool(named name: String) throws(LibvirtError) -> StoragePool? {
    try lookup(virStoragePoolLookupByName(pointer, name), called: name)
  }

  /// Defines a storage pool without starting it (`virStoragePoolDefineXML`).
  @discardableResult
  public func definePool(xml: String) throws(LibvirtError) -> StoragePool {
    try object(virStoragePoolDefineXML(pointer, xml, 0))
  }

  /// The volume at a path of the host, in any active pool (`virStorageVolLookupByPath`).
  public func volume(path: String) throws(LibvirtError) -> StorageVolume? {
    try lookup(virStorageVolLookupByPath(pointer, path), called: path)
  }
}

/// Detects when the other side closes a connection, and ends its event streams.
final class ConnectionWatch: Sendable {
  private struct State {
    var isClosed = false
    var nextKey = 0
    var streams: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Shared by both calls: libvirt unregisters by the pointer that was registered.
  private static let closed: virConnectCloseFunc = { _, _, opaque in
    guard let opaque else { return }
    // SAFETY: libvirt holds a reference to the watch while the callback is registered.
    Unmanaged<ConnectionWatch>.fromOpaque(opaque).takeUnretainedValue().close()
  }

  /// Starts watching a connection (`virConnectRegisterCloseCallback`).
  func attach(to connection: OpaquePointer) {
    // SAFETY: libvirt keeps one reference to the watch, which the free callback releases. If the
    // registration fails (a driver without a transport), libvirt never calls it, so this code does.
    let reference = Unmanaged.passRetained(self)
    let status = virConnectRegisterCloseCallback(
      connection, ConnectionWatch.closed,
      reference.toOpaque(),
      { opaque in
        guard let opaque else { return }
        Unmanaged<ConnectionWatch>.fromOpaque(opaque).release()
      })
    if status < 0 { reference.release() }
  }

  /// Stops watching a connection.
  func detach(from connection: OpaquePointer) {
    // Fails if nothing was registered, which is fine.
    _ = virConnectUnregisterCloseCallback(connection, Self.closed)
  }

  /// Registers a closure that ends a stream together with the connection; returns a key for
  /// ``forget(_:)``.
  func add(_ finish: @escaping @Sendable () -> Void) -> Int {
    let (key, isClosed) = state.withLock { state in
      state.nextKey += 1
      if !state.isClosed { state.streams[state.nextKey] = finish }
      return (state.nextKey, state.isClosed)
    }
    if isClosed { finish() }
    return key
  }

  func forget(_ key: Int) {
    state.withLock { state in state.streams[key] = nil }
  }

  private func close() {
    let streams = state.withLock { state in
      state.isClosed = true
      let streams = state.streams.values.map { $0 }
      state.streams = [:]
      return streams
    }
    for finish in streams { finish() }
  }
}
