import VMScript
import VMScriptSyntax

/// The drives of a clone of a domain that no script of this run declares.
///
/// While the clone does not exist they are its source's; then they are its own, whatever becomes of
/// the source.
struct HostClone {
  /// A drive of the clone with what it is made from.
  struct Drive {
    package let place: XMLContext.Drive
    /// The source's drive; nil for one that the clone has beyond it.
    package let source: SourceXML.Disk?
    /// What the clone has already.
    package let present: SourceXML.Disk?
  }

  /// In the order of the definition.
  let drives: [Drive]

  /// - Returns: nil for a declaration that is no such clone.
  /// - Throws: a diagnostic if the source has not what the clone drops.
  init?(_ clone: Declaration, stack: String, live: LiveState) throws(Diagnostic) {
    guard case .host(let name) = clone.source else { return nil }
    let source = live.domains[name]
    let originals = Self.disks(of: source)
    if let present = live.domains[clone.name] {
      drives = Self.disks(of: present).map { disk in
        Drive(
          place: Self.place(disk, key: Self.key(of: disk, stack: stack, domain: clone.name)),
          source: originals.first { $0.target == disk.target }, present: disk)
      }
    } else {
      let dropped = try source.map { (source) throws(Diagnostic) in
        try HostCloneXML.droppedTargets(source.definition, by: clone)
      }
      drives = originals.filter { dropped?.contains($0.target) != true }.map { disk in
        Drive(place: Self.place(disk, key: disk.target), source: disk, present: nil)
      }
    }
  }

  private static func disks(of domain: LiveDomain?) -> [SourceXML.Disk] {
    (domain?.facts.disks ?? []).filter { $0.target != DriveBus.seedTarget }
  }

  private static func place(_ disk: SourceXML.Disk, key: String) -> XMLContext.Drive {
    XMLContext.Drive(key: key, device: disk.device, target: disk.target, bus: disk.bus)
  }

  /// The key that the volume of a drive was made under, so that it keeps its name.
  private static func key(of disk: SourceXML.Disk, stack: String, domain: String) -> String {
    guard let owned = disk.path.flatMap(VolumeName.init(ofFile:)), owned.stack == stack,
      owned.isOwned(by: domain),
      case .disk(let key) = owned.role
    else { return disk.target }
    return key
  }
}
