import CLibvirt

/// Finding and defining what a connection holds. A lookup gives nil where there is no such object.
extension Connection {
  /// All domains, running or not, in one call.
  public func domains() throws(LibvirtError) -> [Domain] {
    try Call.list { virConnectListAllDomains(pointer, $0, 0) }
      .map { Domain(pointer: $0, connection: self) }
  }

  /// The domain of this name.
  public func domain(named name: String) throws(LibvirtError) -> Domain? {
    try Call.lookup(virDomainLookupByName(pointer, name), missing: .noDomain)
      .map { Domain(pointer: $0, connection: self) }
  }

  /// The domain of this UUID.
  public func domain(uuid: String) throws(LibvirtError) -> Domain? {
    try Call.lookup(virDomainLookupByUUIDString(pointer, uuid), missing: .noDomain)
      .map { Domain(pointer: $0, connection: self) }
  }

  /// Defines a domain, or redefines the one of the same name and UUID (`virDomainDefineXML`).
  @discardableResult
  public func defineDomain(xml: String) throws(LibvirtError) -> Domain {
    Domain(pointer: try Call.handle(virDomainDefineXML(pointer, xml)), connection: self)
  }

  /// All networks, active or not, in one call.
  public func networks() throws(LibvirtError) -> [Network] {
    try Call.list { virConnectListAllNetworks(pointer, $0, 0) }
      .map { Network(pointer: $0, connection: self) }
  }

  /// The network of this name.
  public func network(named name: String) throws(LibvirtError) -> Network? {
    try Call.lookup(virNetworkLookupByName(pointer, name), missing: .noNetwork)
      .map { Network(pointer: $0, connection: self) }
  }

  /// The network of this UUID.
  public func network(uuid: String) throws(LibvirtError) -> Network? {
    try Call.lookup(virNetworkLookupByUUIDString(pointer, uuid), missing: .noNetwork)
      .map { Network(pointer: $0, connection: self) }
  }

  /// Defines a network, or redefines the one of the same name and UUID (`virNetworkDefineXML`).
  @discardableResult
  public func defineNetwork(xml: String) throws(LibvirtError) -> Network {
    Network(pointer: try Call.handle(virNetworkDefineXML(pointer, xml)), connection: self)
  }

  /// All storage pools, active or not, in one call.
  public func pools() throws(LibvirtError) -> [StoragePool] {
    try Call.list { virConnectListAllStoragePools(pointer, $0, 0) }
      .map { StoragePool(pointer: $0, connection: self) }
  }

  /// The storage pool of this name.
  public func pool(named name: String) throws(LibvirtError) -> StoragePool? {
    try Call.lookup(virStoragePoolLookupByName(pointer, name), missing: .noStoragePool)
      .map { StoragePool(pointer: $0, connection: self) }
  }

  /// Defines a storage pool (`virStoragePoolDefineXML`); it is not started.
  @discardableResult
  public func definePool(xml: String) throws(LibvirtError) -> StoragePool {
    StoragePool(
      pointer: try Call.handle(virStoragePoolDefineXML(pointer, xml, 0)), connection: self)
  }

  /// The volume at this path of the host, in whichever active pool it is.
  public func volume(path: String) throws(LibvirtError) -> StorageVolume? {
    try Call.lookup(virStorageVolLookupByPath(pointer, path), missing: .noStorageVolume)
      .map { StorageVolume(pointer: $0, connection: self) }
  }
}
