import CLibvirt

// @unchecked: the pointer never changes, and libvirt's handles may be used from any thread.

/// A kept state of a domain.
public final class Snapshot: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let domain: Domain

  init(pointer: OpaquePointer, domain: Domain) {
    self.pointer = pointer
    self.domain = domain
  }

  deinit {
    // SAFETY: the handle was given to this object alone, and this is its last use.
    virDomainSnapshotFree(pointer)
  }

  /// The name.
  public var name: String { Call.borrowedString(virDomainSnapshotGetName(pointer)) }

  /// Its `<domainsnapshot>` document.
  public func xml() throws(LibvirtError) -> String {
    try Call.ownedString(virDomainSnapshotGetXMLDesc(pointer, 0))
  }

  /// Puts the domain back into this state.
  public func revert() throws(LibvirtError) {
    try Call.succeed(virDomainRevertToSnapshot(pointer, 0))
  }

  /// Removes it; the snapshots made on it stay.
  public func delete() throws(LibvirtError) {
    try Call.succeed(virDomainSnapshotDelete(pointer, 0))
  }
}

extension Domain {
  /// The names of all snapshots.
  public func snapshots() throws(LibvirtError) -> [String] {
    try Call.list { virDomainListAllSnapshots(pointer, $0, 0) }
      .map { Snapshot(pointer: $0, domain: self).name }
  }

  /// The snapshot of this name, nil where there is none.
  public func snapshot(named name: String) throws(LibvirtError) -> Snapshot? {
    try Call.lookup(virDomainSnapshotLookupByName(pointer, name, 0), missing: .noSnapshot)
      .map { Snapshot(pointer: $0, domain: self) }
  }

  /// Keeps the present state.
  ///
  /// - Parameters:
  ///   - xml: a `<domainsnapshot>` document.
  ///   - diskOnly: the disks alone, as external overlays.
  @discardableResult
  public func createSnapshot(xml: String, diskOnly: Bool = false) throws(LibvirtError) -> Snapshot {
    let flags = diskOnly ? VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY.rawValue : 0
    return Snapshot(
      pointer: try Call.handle(virDomainSnapshotCreateXML(pointer, xml, flags)), domain: self)
  }
}
