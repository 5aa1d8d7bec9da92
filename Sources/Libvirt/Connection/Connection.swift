import CLibvirt
import Synchronization

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

/// Finding and defining what a connection holds. A lookup gives nil where there is no such object.
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
  /// - Throws: code `xmlError` and others for a document that libvirt refuses; `operationFailed`
  ///   where a domain of this name has another UUID.
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
  /// - Throws: code `xmlError` and others for a document that libvirt refuses; `operationFailed`
  ///   where a network of this name has another UUID.
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

  /// Defines a storage pool (`virStoragePoolDefineXML`); it is not started.
  @discardableResult
  public func definePool(xml: String) throws(LibvirtError) -> StoragePool {
    try object(virStoragePoolDefineXML(pointer, xml, 0))
  }

  /// The volume at this path of the host, in whichever active pool it is
  /// (`virStorageVolLookupByPath`).
  public func volume(path: String) throws(LibvirtError) -> StorageVolume? {
    try lookup(virStorageVolLookupByPath(pointer, path), called: path)
  }
}

/// Knows whether a connection was closed by the other side, and ends its event streams then.
final class ConnectionWatch: Sendable {
  private struct State {
    var isClosed = false
    var nextKey = 0
    var streams: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// One function for both calls: libvirt unregisters by the pointer that was registered.
  private static let closed: virConnectCloseFunc = { _, _, opaque in
    guard let opaque else { return }
    // SAFETY: libvirt holds a reference to the watch while the callback is registered.
    Unmanaged<ConnectionWatch>.fromOpaque(opaque).takeUnretainedValue().close()
  }

  /// Starts to watch a connection (`virConnectRegisterCloseCallback`).
  func attach(to connection: OpaquePointer) {
    // SAFETY: libvirt keeps one reference to the watch, given back by the free callback. Where the
    // registration fails (a driver without a transport) it is never called, so it is given back here.
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

  /// Stops to watch it.
  func detach(from connection: OpaquePointer) {
    // Fails where nothing was registered, which is what is wanted.
    _ = virConnectUnregisterCloseCallback(connection, Self.closed)
  }

  /// Ends a stream, by the closure that does, together with the connection; gives the key to forget
  /// it by.
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
