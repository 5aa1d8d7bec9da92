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
  ///
  /// - Parameter running: whether the guest runs afterwards even if it was paused.
  public func revert(running: Bool = false) throws(LibvirtError) {
    let flags = running ? VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING.rawValue : 0
    try call.succeed(virDomainRevertToSnapshot(pointer, flags))
  }

  /// The name of the snapshot that it was made after; nil for a first one
  /// (`virDomainSnapshotGetParent`).
  public func parent() throws(LibvirtError) -> String? {
    // Not later: reading the name is a call, and it discards the error of the previous one.
    let name = name
    return try call.named { () throws(LibvirtError) in
      let found: Snapshot? = try handle.connection.lookup(
        virDomainSnapshotGetParent(pointer, 0), called: name)
      return found?.name
    }
  }

  /// Whether the domain's state follows from this snapshot (`virDomainSnapshotIsCurrent`).
  public func isCurrent() throws(LibvirtError) -> Bool {
    try call.flag(virDomainSnapshotIsCurrent(pointer, 0))
  }

  /// Removes the snapshot; its children stay (`virDomainSnapshotDelete`).
  public func delete() throws(LibvirtError) {
    try call.succeed(virDomainSnapshotDelete(pointer, 0))
  }
}

extension Domain {
  /// The names of all snapshots (`virDomainListAllSnapshots`).
  public func snapshots() throws(LibvirtError) -> [String] { try allSnapshots().map(\.name) }

  /// All snapshots (`virDomainListAllSnapshots`).
  public func allSnapshots() throws(LibvirtError) -> [Snapshot] {
    try call.named { () throws(LibvirtError) -> [Snapshot] in
      try connection.list { virDomainListAllSnapshots(pointer, $0, 0) }
    }
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
