import VMScript
import VMScriptSyntax

/// The edits of disks before their first boot.
///
/// A record precedes a disk that is edited, and is removed when the edits are complete. A disk with a
/// record is never used: the next run removes it and makes it anew.
extension StoragePlan {
  /// Returns the record that a volume of a domain is not complete, whether it exists or not; nil for a
  /// volume without a name of the stack's.
  func unfinishedRecord(
    of own: OwnVolume, of domain: String
  ) throws(StorageFailure) -> VolumeReference? {
    guard case .disk(let key)? = VolumeName(parsing: own.name)?.role,
      let pool = live.storage.pools[own.pool]
    else { return nil }
    let name = try VolumeName(
      stack: set.stack, owner: domain, role: .unfinished(disk: key), extension: "edit"
    ).fileName
    return VolumeReference(name: name, pool: pool.name, path: pool.path(of: name))
  }

  /// Whether a run began to edit a volume and did not complete it.
  func isUnfinished(_ own: OwnVolume, of domain: String) -> Bool {
    guard let record = try? unfinishedRecord(of: own, of: domain) else { return false }
    return live.storage.pools[record.pool]?.inventory[record.name] != nil
  }

  /// Returns the difference of a volume that an interrupted run left.
  static func unfinished(_ drive: DriveStorage) -> PropertyDifference {
    PropertyDifference(
      block: drive.name.path, name: "volume", from: .string("incomplete"),
      to: .string("made anew"), impact: .dataLoss
    ).of(drive.name)
  }

  /// Returns the difference of the edits of a domain whose disk exists.
  func customizationDifference(
    of declaration: Declaration, _ domain: LiveDomain
  ) -> PropertyDifference? {
    let isDeclared = declaration.body.block("customize") != nil
    let wanted = domains[declaration.name]?.customization?.digest
    // Unknown values, and invalid ones, are compared once they are known.
    if isDeclared, wanted == nil { return nil }
    let present = domain.customization
    guard wanted != present else { return nil }
    return PropertyDifference(
      name: "customize", from: present.map { .string($0) }, to: wanted.map { .string($0) },
      impact: .none, consequence: "only on a new disk")
  }

  /// Warns about disks that exist before their domain, and so are not edited.
  func warningsOfCustomization(_ changes: [Change]) -> [Diagnostic] {
    changes.compactMap { change in
      guard change.action == .create, change.kind == .domain,
        let storage = domains[change.name], let edits = storage.customization,
        let disk = storage.systemDisk,
        !change.steps.contains(where: { if case .customize = $0 { true } else { false } })
      else { return nil }
      return CustomizationMessages.notApplied(to: disk.name.path, of: change.name, at: edits.span)
    }
  }
}

extension LiveDomain {
  /// The digest of the edits that its disk was made with; nil if none is recorded.
  var customization: String? {
    definition.read { DomainMetadata.mark(in: $0)?[Customization.record] }
  }
}
