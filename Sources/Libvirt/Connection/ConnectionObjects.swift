import CLibvirt

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
