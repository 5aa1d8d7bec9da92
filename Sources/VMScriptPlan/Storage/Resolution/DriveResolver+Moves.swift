import VMScript

/// Disks that go from one domain of a stack to another.
///
/// The name of a volume says for whom it was made. Whose it is now is said by the definition that has it.
extension DriveResolver {
  /// The disk of another domain that a block says it is, as long as it is not this domain's yet; nil too
  /// where there is none, so that the disk is a new one.
  func movedVolume(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> OwnVolume? {
    guard case .resource(let source)? = block["moved_from"],
      source.name == domain.name
        || liveDomain?.facts.devices?.target(of: "disk", key: slot.key) == nil
    else { return nil }
    let key = block["moved_disk"]?.text ?? slot.key
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

  /// A disk of a domain by its definition or, where a run was cut short after that had let go of it, by
  /// the name of its volume.
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

  /// The volume that the domain has under this key and that was made under another name: for another
  /// domain, or beside one that went to another domain.
  func takenOver(_ slot: DomainDisks.Slot, size: Int64?) -> OwnVolume? {
    guard liveDomain?.facts.devices?.target(of: "disk", key: slot.key) == slot.target,
      let disk = present(slot), let path = disk.path,
      let owned = live.storage.place(at: path)?.volume.owned, owned.stack == stack,
      case .disk(let key) = owned.role, !owned.isOwned(by: domain.name) || key != slot.key
    else { return nil }
    return kept(disk, at: path, size: size)
  }

  /// The name of a volume of the domain's own; one that another domain has now is passed over.
  func freeName(
    _ key: String, _ format: ImageFormat, in pool: LiveStorage.Pool
  ) throws(StorageFailure) -> String {
    var number = 1
    while true {
      let name = try VolumeName(
        stack: stack, owner: domain.name, role: .disk(number == 1 ? key : "\(key)-\(number)"),
        extension: format.rawValue
      ).fileName
      let writers = live.storage.writers(of: pool.path(of: name))
      let present = live.domains[domain.name]?.name ?? domain.name
      guard !writers.isEmpty, !writers.contains(present) else { return name }
      number += 1
    }
  }
}

extension OwnVolume {
  /// The same volume, said to begin with something else.
  package func with(origin: Origin) -> OwnVolume {
    OwnVolume(
      name: name, pool: pool, path: path, format: format, capacity: capacity, origin: origin,
      isDevice: isDevice, hasSize: hasSize)
  }
}
