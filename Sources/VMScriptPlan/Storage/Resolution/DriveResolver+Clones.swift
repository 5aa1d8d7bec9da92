import VMScript

/// The drives of clones.
extension DriveResolver {
  /// The drive of a declared source that a block of its clone refines, with that one's block.
  func inheritedDrive(
    _ block: DeclaredBlock
  ) -> (drive: DriveStorage, block: DeclaredBlock)? {
    guard let position = block.inheritedFrom, let source else { return nil }
    let context = XMLContext(stack: stack, uuid: "")
    let slots = DomainDisks(source.declaration, context: context).slots
      .filter { $0.slot.device == block.schema.name }
    guard slots.indices.contains(position),
      let drive = source.storage.drives.first(where: { $0.key == slots[position].slot.key })
    else { return nil }
    return (drive, slots[position].block)
  }

  /// What a clone's drive stands on, made from its source's.
  package func clone(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock, of base: StorageBase
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if block["readonly"] == .bool(true) { return .inPlace(base) }
    let volume = try clone(slot.key, block, of: base)
    return .own(try snapshot(slot, over: volume) ?? volume)
  }

  /// An overlay on the source's disk, or a copy of it.
  private func clone(
    _ key: String, _ block: DeclaredBlock?, of base: StorageBase
  ) throws(StorageFailure) -> OwnVolume {
    domain.body["full"] == .bool(true)
      ? try volume(key, block, base.format, .copy(of: base))
      : try volume(key, block, .qcow2, .overlay(on: base))
  }

  /// What a drive of a clone of a host's domain stands on; nil for one that the definition says alone.
  package func content(
    of drive: HostClone.Drive, _ block: DeclaredBlock?
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if let present = drive.present, let path = present.path,
      let place = live.storage.place(at: path)
    {
      // It is there; what its source has become since does not matter.
      return place.volume.owned?.isOwned(by: domain.name) == true
        ? .own(kept(present, at: path, size: block?["size"]?.diskSize)) : nil
    }
    guard let source = drive.source else {
      return try block.map { (block) throws(StorageFailure) in
        try .own(volume(drive.place.key, block, .qcow2, .new))
      }
    }
    guard !source.isElsewhere || !source.isWritable else { throw .diskElsewhere(source.target) }
    guard source.isWritable, let path = source.path else { return nil }
    // What a definition does not tell, libvirt takes for raw.
    let base = StorageBase(
      path: path, format: source.format.flatMap(ImageFormat.init) ?? .raw,
      // What is not known now is asked for when the clone is made.
      capacity: live.storage.place(at: path)?.volume.capacity.shown, image: nil,
      isDevice: source.isDevice)
    if domain.body["full"] == .bool(true), live.storage.place(at: path) == nil {
      throw .copyOutsidePool(path)
    }
    return try .own(clone(drive.place.key, block, of: base))
  }
}

extension DeclaredBlock {
  /// Names of the properties that are the block's own: a clone's are those that its source does not
  /// have at the same place of the script.
  package func names(beyond source: DeclaredBlock?) -> Set<String> {
    Set(
      properties.filter { property in
        source?.property(property.schema.name)?.span != property.span
      }.map(\.schema.name))
  }
}
