import CLibvirt

/// A saved state of a domain.
public struct Snapshot: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virDomainSnapshotFree(pointer) }
  static let kind = "snapshot"
  static let missing = LibvirtError.Code.noSnapshot

  let handle: Handle<Snapshot>

  /// Unique among the domain's snapshots (`virDomainSnapshotGetName`).
  public var name: String { Call.borrowedString(virDomainSnapshotGetName(pointer)) }

  /// Its `<domainsnapshot>` document.
  public func xml() throws(LibvirtError) -> String {
    try call.ownedString(virDomainSnapshotGetXMLDesc(pointer, 0))
  }

  /// Reverts the domain to this state (`virDomainRevertToSnapshot`).
  public func revert() throws(LibvirtError) {
    try call.succeed(virDomainRevertToSnapshot(pointer, 0))
  }

  /// Removes the snapshot; its children stay (`virDomainSnapshotDelete`).
  public func delete() throws(LibvirtError) {
    try call.succeed(virDomainSnapshotDelete(pointer, 0))
  }
}

extension Domain {
  /// The names of all snapshots (`virDomainListAllSnapshots`).
  public func snapshots() throws(LibvirtError) -> [String] {
    let snapshots = try call.named { () throws(LibvirtError) -> [Snapshot] in
      try connection.list { virDomainListAllSnapshots(pointer, $0, 0) }
    }
    return snapshots.map(\.name)
  }

  /// The snapshot of this name; nil if there is none (`virDomainSnapshotLookupByName`).
  public func snapshot(named name: String) throws(LibvirtError) -> Snapshot? {
    try call.named { () throws(LibvirtError) in
      try connection.lookup(virDomainSnapshotLookupByName(pointer, name, 0), called: name)
    }
  }

  /// Saves the current state.
  ///
  /// - Parameters:
  ///   - xml: a `<domainsnapshot>` document.
  ///   - diskOnly: saves only the disks, as external overlays.
  @discardableResult
  public func createSnapshot(xml: String, diskOnly: Bool = false) throws(LibvirtError) -> Snapshot {
    let flags = diskOnly ? VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY.rawValue : 0
    return try call.named { () throws(LibvirtError) in
      try connection.object(virDomainSnapshotCreateXML(pointer, xml, flags))
    }
  }
}
