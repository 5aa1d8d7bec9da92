import VMScript
import VMScriptSyntax

/// The drives of clones.
extension DriveResolver {
  /// Returns the drive of a declared source that a block of its clone refines, with its block.
  func inheritedDrive(
    _ block: DeclaredBlock
  ) -> (storage: DriveStorage, block: DeclaredBlock)? {
    guard let position = block.inheritedFrom, let source else { return nil }
    let drives = DeclaredDrive.all(of: source.declaration)
      .filter { $0.place.device == block.schema.name }
    guard drives.indices.contains(position),
      let storage = source.storage.drives.first(where: { $0.name == drives[position].place.name })
    else { return nil }
    return (storage, drives[position].block)
  }

  /// Returns the storage of a clone's drive, made from its source's.
  func clone(
    _ drive: Drive, _ block: DeclaredBlock, of base: StorageBase
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if block["readonly"] == .bool(true) { return .inPlace(base) }
    let volume = try clone(drive.key, block, of: base)
    return .own(try snapshot(drive, over: volume) ?? volume)
  }

  /// Returns an overlay on the source's disk, or a copy of it.
  private func clone(
    _ key: String, _ block: DeclaredBlock?, of base: StorageBase
  ) throws(StorageFailure) -> OwnVolume {
    domain.body["full"] == .bool(true)
      ? try volume(key, block, base.format, .copy(of: base))
      : try volume(key, block, .qcow2, .overlay(on: base))
  }

  /// Returns the storage of a drive of a host domain's clone; nil if the definition alone
  /// determines it.
  func content(
    of drive: ClonedDrive, _ block: DeclaredBlock?
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if let present = drive.present, let path = present.path,
      let place = live.storage.place(at: path)
    {
      // The clone's volume exists, so later changes of its source do not matter.
      return ([domain.name] + earlierNames).contains(where: {
        place.volume.owned?.isOwned(by: $0) == true
      })
        ? .own(kept(present, at: path, size: block?["size"]?.diskSize)) : nil
    }
    guard let source = drive.source else {
      return try block.map { (block) throws(StorageFailure) in
        try .own(volume(drive.place.key, block, .qcow2, .new))
      }
    }
    guard !source.isElsewhere || !source.isWritable else { throw .diskElsewhere(source.target) }
    guard source.isWritable, let path = source.path else { return nil }
    // libvirt defaults to raw if a definition has no format.
    let base = StorageBase(
      path: path, format: source.format.flatMap(ImageFormat.init) ?? .raw,
      // An unknown size is read when the clone is made.
      capacity: live.storage.place(at: path)?.volume.capacity.shown, image: nil,
      isDevice: source.isDevice)
    if domain.body["full"] == .bool(true), live.storage.place(at: path) == nil {
      throw .copyOutsidePool(path)
    }
    return try .own(clone(drive.place.key, block, of: base))
  }
}

extension DeclaredBlock {
  /// Returns the names of the block's own properties. A clone's own are those that its source does
  /// not have at the same span.
  package func names(beyond source: DeclaredBlock?) -> Set<String> {
    Set(
      properties.filter { property in
        source?.property(property.schema.name)?.span != property.span
      }.map(\.schema.name))
  }
}

/// A drive of a host domain's clone with its origin.
struct ClonedDrive {
  let place: Drive
  /// The source's drive; nil for an additional drive of the clone.
  let source: SourceXML.Disk?
  /// The present drive of the clone.
  let present: SourceXML.Disk?
}

/// The drives of a clone of a domain that no script of this run declares.
///
/// Until the clone exists, they are its source's drives. Afterwards they are its own, whatever
/// happens to the source.
struct HostClone {
  /// The drives in the order of the definition.
  let drives: [ClonedDrive]

  /// - Returns: nil for any other declaration.
  /// - Throws: a diagnostic if the source lacks a device that the clone removes.
  init?(_ clone: Declaration, stack: String, live: LiveState) throws(Diagnostic) {
    guard case .host(let name) = clone.source else { return nil }
    let source = live.domains[name]
    let originals = Self.disks(of: source)
    if let present = live.domains[clone.name] {
      drives = Self.disks(of: present).map { disk in
        ClonedDrive(
          place: Self.place(disk, key: Self.key(of: disk, stack: stack, domain: clone.name)),
          source: originals.first { $0.target == disk.target }, present: disk)
      }
    } else {
      let dropped = try source.map { (source) throws(Diagnostic) in
        try HostCloneXML.droppedTargets(source.definition, by: clone)
      }
      drives = originals.filter { dropped?.contains($0.target) != true }.map { disk in
        ClonedDrive(place: Self.place(disk, key: disk.target), source: disk, present: nil)
      }
    }
  }

  private static func disks(of domain: LiveDomain?) -> [SourceXML.Disk] {
    (domain?.facts.disks ?? []).filter { $0.target != DriveBus.seedTarget }
  }

  private static func place(_ disk: SourceXML.Disk, key: String) -> Drive {
    Drive(name: DeviceName(block: disk.device, key: key), target: disk.target, bus: disk.bus)
  }

  /// Returns the key that the volume of a drive was made under, so that it keeps its name.
  private static func key(of disk: SourceXML.Disk, stack: String, domain: String) -> String {
    guard let owned = disk.path.flatMap(VolumeName.init(ofFile:)), owned.stack == stack,
      owned.isOwned(by: domain),
      case .disk(let key) = owned.role
    else { return disk.target }
    return key
  }
}

/// Disks that move from one domain of a stack to another.
///
/// The name of a volume records the domain that it was made for. The definition that refers to it
/// determines its present owner.
extension DriveResolver {
  /// Returns the disk of another domain that a block moves, until it belongs to this domain.
  /// Returns nil too if no such disk exists, so that the block declares a new one.
  func movedVolume(
    _ drive: Drive, _ block: DeclaredBlock
  ) throws(StorageFailure) -> OwnVolume? {
    guard case .resource(let source)? = block["moved_from"],
      source.name == domain.name
        || liveDomain?.facts.devices?.target(of: "disk", key: drive.key) == nil
    else { return nil }
    let key = block["moved_disk"]?.text ?? drive.key
    guard let found = disk(key, of: source.name), let volume = live.storage.place(at: found.path)
    else { return nil }
    let known = [source.name, domain.name].flatMap { [$0, live.domains[$0]?.name ?? $0] }
    let others = live.storage.writers(of: found.path).filter { !known.contains($0) }
    guard others.isEmpty else { throw .volumeKept(volume.volume.name, .usedByDomain(others)) }
    let size = DiskSize(block["size"])
    let present = try volume.volume.read(\.capacity)
    if let size, let capacity = present, size.bytes < capacity,
      !size.isMet(by: capacity, as: found.format)
    {
      throw .cannotShrink(declared: size.declared, present: capacity)
    }
    return OwnVolume(
      name: volume.volume.name, pool: volume.pool, path: found.path, format: found.format,
      capacity: size?.bytes ?? present, origin: .kept, isDevice: found.isDevice,
      hasSize: size != nil, movedFrom: source.name)
  }

  /// Returns a disk of a domain by its definition. If an interrupted run had already released the
  /// disk, returns it by the name of its volume.
  private func disk(
    _ key: String, of name: String
  ) -> (path: String, format: ImageFormat, isDevice: Bool)? {
    if let facts = live.domains[name]?.facts,
      let target = facts.devices?.target(of: "disk", key: key),
      let disk = facts.disks.first(where: { $0.target == target }), let path = disk.path
    {
      return (path, disk.format.flatMap(ImageFormat.init) ?? .raw, disk.isDevice)
    }
    for pool in live.storage.pools.values.sorted(by: { $0.name < $1.name }) {
      for format in [ImageFormat.qcow2, .raw] {
        let volume = try? VolumeName(
          stack: stack, owner: name, role: .disk(key), extension: format.rawValue)
        guard let found = volume.flatMap({ pool.inventory[$0.fileName] }) else { continue }
        return (found.path, format, pool.holdsDevices)
      }
    }
    return nil
  }

  /// Returns the volume that the domain has under this key and that was made under another name:
  /// for another domain, or beside one that moved to another domain.
  func takenOver(_ drive: Drive, size: Int64?) -> OwnVolume? {
    guard liveDomain?.facts.devices?.target(of: "disk", key: drive.key) == drive.target,
      let disk = present(drive), let path = disk.path,
      let owned = live.storage.place(at: path)?.volume.owned, owned.stack == stack,
      case .disk(let key) = owned.role, !owned.isOwned(by: domain.name) || key != drive.key
    else { return nil }
    return kept(disk, at: path, size: size)
  }

  /// The names that the domain had before it was renamed.
  private var earlierNames: [String] {
    liveDomain.map { Ownership(stack: stack).earlierNames(of: $0, named: domain.name) } ?? []
  }

  /// Returns the name of a volume of the domain. A name that another domain uses now is skipped. A
  /// domain that was renamed keeps the volume that bears its earlier name.
  func freeName(
    _ key: String, _ format: ImageFormat, in pool: LiveStorage.Pool
  ) throws(StorageFailure) -> String {
    let present = live.domains[domain.name]?.name ?? domain.name
    func name(_ owner: String, _ number: Int) throws(StorageFailure) -> String {
      try VolumeName(
        stack: stack, owner: owner, role: .disk(number == 1 ? key : "\(key)-\(number)"),
        extension: format.rawValue
      ).fileName
    }
    func writers(of name: String) -> [String] { live.storage.writers(of: pool.path(of: name)) }
    for owner in earlierNames {
      // The disk may have had another number among those of its key.
      for number in 1...earlierNames.count + 1 {
        let kept = try name(owner, number)
        if writers(of: kept).contains(present) { return kept }
      }
    }
    var number = 1
    while true {
      let name = try name(domain.name, number)
      let users = writers(of: name)
      guard !users.isEmpty, !users.contains(present) else { return name }
      number += 1
    }
  }
}

extension OwnVolume {
  /// Returns the volume with another initial content.
  package func with(origin: Origin) -> OwnVolume {
    OwnVolume(
      name: name, pool: pool, path: path, format: format, capacity: capacity, origin: origin,
      isDevice: isDevice, hasSize: hasSize)
  }
}
