import VMScript
import VMScriptSyntax

extension StoragePlan {
  /// The backing of an overlay compared with the declared one.
  package enum Standing: Equatable {
    case asDeclared
    /// The overlay is backed by an earlier content of the image.
    case earlierContent
    case elsewhere
  }

  /// Compares the backing of a volume with the declared backing of its drive.
  ///
  /// - Throws: ``StorageFailure/unreadableVolume(_:reason:)`` if the backing is unknown.
  package func standing(
    of volume: VolumeInventory.Volume, on base: StorageBase
  ) throws(StorageFailure) -> Standing {
    guard let backing = try volume.read(\.backing) else { return .elsewhere }
    if live.storage.isSame(backing, base.path) { return .asDeclared }
    guard live.storage.file(at: backing)?.volume.isMissing != true else {
      throw .lostBase(backing, of: volume.path)
    }
    if base.image == nil, hasSourceOfBefore(volume),
      live.storage.isChain(through: backing, base.path)
    {
      return .asDeclared
    }
    guard let image = base.image,
      case .base(let key, _)? = live.storage.place(at: backing)?.volume.owned?.role
    else { return .elsewhere }
    if key == image.key.text { return .asDeclared }
    return pinnedKeys(of: image.name).contains(key) ? .earlierContent : .elsewhere
  }

  /// Whether a volume belongs to a clone that is declared with its original source. A snapshot
  /// moves the source to another file, which does not affect the clone.
  private func hasSourceOfBefore(_ volume: VolumeInventory.Volume) -> Bool {
    guard let owned = volume.owned, owned.isDomains,
      let source = live.domains[owned.ownerName]?.facts.owner?.source
    else { return false }
    return set.declaration(.domain, owned.ownerName)?.sourceName == source
  }

  /// Returns the properties in which the storage of a domain differs from the declaration.
  ///
  /// - Parameter left: the volumes on drives that are no longer declared. They are differences of
  ///   the definition.
  /// - Throws: a diagnostic for an impossible change, such as shrinking.
  package func differences(
    domain declaration: Declaration, live domain: LiveDomain, left: [LeftVolume]
  ) throws(Diagnostic) -> [PropertyDifference] {
    guard let storage = domains[declaration.name] else { return [] }
    var differences: [PropertyDifference] = []
    if !domain.state.isOff || domain.comesBack { try refuseAttachingBases(storage, domain) }
    let isRebuilt = rebuild.contains(declaration.name)
    if isRebuilt, !storage.drives.contains(where: \.isFromImage) {
      throw PlanMessages.noDiskToRebuild(declaration)
    }
    for drive in storage.drives {
      guard let own = drive.own, domain.facts.disks.contains(where: { isSame($0.path, own.path) })
      else { continue }
      guard let volume = live.storage.place(at: own.path)?.volume else {
        guard !own.pool.isEmpty else {
          try refuseGrowthOutOfReach(drive, own)
          continue
        }
        try refuseIfOverlaid(own.path, drive.span, to: "made anew")
        differences.append(Self.missing(drive))
        continue
      }
      if isUnfinished(own, of: declaration.name) {
        try refuseIfOverlaid(own.path, drive.span, to: "replaced")
        differences.append(Self.unfinished(drive))
      } else if let origin = try originDifference(drive, own, volume) {
        try refuseIfOverlaid(own.path, drive.span, to: "replaced")
        differences.append(origin)
      } else if isRebuilt, drive.isFromImage {
        try refuseIfOverlaid(own.path, drive.span, to: "replaced")
        differences.append(Self.rebuilt(drive))
      } else if let size = try sizeDifference(drive, own, volume) {
        differences.append(size)
      }
    }
    try refuseRemovalOfBases(declaration, storage, domain)
    if let seed = storage.seed { differences += seedDifferences(seed, of: declaration, domain) }
    if let change = ignitionDifference(of: declaration, domain) { differences.append(change) }
    if let change = customizationDifference(of: declaration, domain) { differences.append(change) }
    for volume in left {
      try refuseIfOverlaid(volume.path, declaration.nameSpan, to: "removed")
    }
    return differences
  }

  private func isSame(_ path: String?, _ other: String) -> Bool {
    path.map { live.storage.isSame($0, other) } ?? false
  }

  /// Returns the difference of a volume whose file is missing, with its content: somebody removed
  /// it, or a run was killed before it made the new one.
  private static func missing(_ drive: DriveStorage) -> PropertyDifference {
    PropertyDifference(
      block: drive.name.path, name: "volume", from: .string("missing"), to: .string("made anew"),
      impact: .dataLoss
    ).of(drive.name)
  }

  /// Returns the difference of a volume that is made anew on request.
  private static func rebuilt(_ drive: DriveStorage) -> PropertyDifference {
    PropertyDifference(
      block: drive.name.path, name: "volume", from: .string("present"), to: .string("made anew"),
      impact: .dataLoss
    ).of(drive.name)
  }

  private func originDifference(
    _ drive: DriveStorage, _ own: OwnVolume, _ volume: VolumeInventory.Volume
  ) throws(Diagnostic) -> PropertyDifference? {
    if case .kept = own.origin { return nil }
    do throws(StorageFailure) {
      return try originDifference(drive, own.origin, volume)
    } catch { throw StorageMessages.diagnostic(error, at: drive.span) }
  }

  private func originDifference(
    _ drive: DriveStorage, _ origin: OwnVolume.Origin, _ volume: VolumeInventory.Volume
  ) throws(StorageFailure) -> PropertyDifference? {
    let from = try volume.read(\.backing).map { Value.string(label(ofPath: $0)) }
    func difference(_ name: String, to: Value?) -> PropertyDifference {
      PropertyDifference(block: drive.name.path, name: name, from: from, to: to, impact: .dataLoss)
        .of(drive.name)
    }
    switch origin {
    case .kept: return nil
    case .new: return from == nil ? nil : difference("image", to: nil)
    case .copy: return from == nil ? nil : difference("full", to: .bool(true))
    case .overlay(let base):
      guard try standing(of: volume, on: base) == .elsewhere else { return nil }
      return difference(
        base.image == nil ? "source" : "image",
        to: .string(base.image?.name ?? label(ofPath: base.path)))
    }
  }

  /// Returns the difference with image contents named by their image, because their file names are
  /// random.
  func labelled(_ difference: PropertyDifference) -> PropertyDifference {
    func image(_ value: Value?) -> String? {
      guard case .string(let path)? = value,
        let volume = VolumeName(ofFile: path), case .base = volume.role
      else { return nil }
      return volume.ownerName
    }
    let (from, to) = (image(difference.from), image(difference.to))
    let earlier = from.map { Value.string($0 == to ? "\($0), earlier content" : $0) }
    return difference.changing(
      from: earlier ?? difference.from, to: to.map(Value.string) ?? difference.to)
  }

  /// Returns the name of a stack's image, or else the path.
  private func label(ofPath path: String) -> String {
    guard let owned = live.storage.place(at: path)?.volume.owned, case .base = owned.role else {
      return path
    }
    return owned.ownerName
  }

  private func sizeDifference(
    _ drive: DriveStorage, _ own: OwnVolume, _ volume: VolumeInventory.Volume
  ) throws(Diagnostic) -> PropertyDifference? {
    guard let size = drive.size else { return nil }
    let present: Int64?
    do throws(StorageFailure) { present = try volume.read(\.capacity) } catch {
      throw StorageMessages.diagnostic(error, at: size.span)
    }
    guard let capacity = present, !size.value.isMet(by: capacity, as: own.format) else {
      return nil
    }
    guard size.value.bytes > capacity else {
      throw StorageMessages.diagnostic(
        .cannotShrink(declared: size.value.declared, present: capacity), at: size.span)
    }
    try refuseIfOverlaid(own.path, size.span, to: "grown")
    return PropertyDifference(
      block: drive.name.path, name: "size", from: .size(ByteSize(bytes: capacity)),
      to: .size(ByteSize(bytes: size.value.bytes)), impact: .live, live: .growth
    ).of(drive.name)
  }

  /// Throws if a disk that grows has an external snapshot in a file that no pool lists. Such an
  /// overlay has the size of its backing file.
  private func refuseGrowthOutOfReach(
    _ drive: DriveStorage, _ own: OwnVolume
  ) throws(Diagnostic) {
    guard let size = drive.size else { return }
    var next: String? = own.path
    var below: VolumeInventory.Volume?
    // Chains of snapshots are short. The limit ends a cycle of files.
    for _ in 0..<64 {
      guard below == nil, let path = next else { break }
      below = live.storage.place(at: path)?.volume
      next = live.storage.file(at: path)?.volume.backing.shown
    }
    guard let below, let capacity = below.capacity.shown,
      !size.value.isMet(by: capacity, as: own.format), size.value.bytes > capacity
    else { return }
    throw StorageMessages.growthOutOfReach(own.path, present: capacity, at: size.span)
  }

  /// Throws if a disk that is no longer declared backs a clone, because it is deleted with its
  /// volume.
  private func refuseRemovalOfBases(
    _ declaration: Declaration, _ storage: DomainStorage, _ domain: LiveDomain
  ) throws(Diagnostic) {
    let declared = Set(storage.drives.compactMap { $0.base?.path })
    let used = Set(domain.facts.disks.compactMap(\.path)).subtracting(declared)
    for place in volumes.volumes(ofDomain: declaration.name)
    where used.contains(place.volume.path)
      && users(of: place.volume.path, otherThan: declaration.name).isEmpty
    {
      try refuseIfOverlaid(place.volume.path, declaration.nameSpan, to: "removed")
    }
  }

  /// Throws if a running machine would get a writable disk that backs overlays.
  private func refuseAttachingBases(
    _ storage: DomainStorage, _ domain: LiveDomain
  ) throws(Diagnostic) {
    for drive in storage.drives where drive.isWritable {
      guard let path = drive.base?.path,
        !(domain.facts.disks + domain.runningDisks).contains(where: { isSame($0.path, path) })
      else { continue }
      try refuseIfOverlaid(path, drive.span, to: "attached")
    }
  }

  /// Throws a diagnostic if the file at a path backs overlays.
  func refuseIfOverlaid(
    _ path: String, _ span: Span, to action: String
  ) throws(Diagnostic) {
    let overlays = live.storage.overlays(on: path)
    guard overlays.isEmpty else {
      throw PlanMessages.overlaid(
        action, by: overlays.map { StackVolumes.owner(of: $0.volume) }, at: span)
    }
    let unreadable = live.storage.possibleOverlays(on: path)
    guard unreadable.isEmpty else {
      throw StorageMessages.possiblyOverlaid(
        "the disk cannot be \(action)", by: unreadable.map(\.volume), at: span)
    }
    let users = live.storage.possibleUsers(of: path)
    if !users.isEmpty { throw StorageMessages.possiblyUsed(action, by: users, at: span) }
  }

  /// Warnings about valid declarations with surprising effects.
  package func warnings() -> [Diagnostic] { warningsOfContent() + warningsOfMoves() }

  /// Warnings about disks that are backed by an earlier content of their image, or by one that
  /// changed after its upload. They stay unchanged.
  private func warningsOfContent() -> [Diagnostic] {
    let disks = domains.flatMap { domain, storage in
      storage.drives.compactMap { drive -> (image: String, disk: String, isChanged: Bool)? in
        guard let own = drive.own, case .overlay(let base) = own.origin, let image = base.image,
          let volume = live.storage.place(at: own.path)?.volume
        else { return nil }
        let isChanged = isChanged(volume.backing.shown)
        // Unreadable volumes are reported with the domain's own differences.
        guard isChanged || (try? standing(of: volume, on: base)) == .earlierContent else {
          return nil
        }
        return (image.name, "\(drive.name.path) of \(domain)", isChanged)
      }
    }
    return set.declarations.flatMap { declaration in
      let standing = disks.filter { declaration.kind == .image && $0.image == declaration.name }
      let span = declaration.body.property("source")?.span ?? declaration.nameSpan
      return [false, true].compactMap { isChanged -> Diagnostic? in
        let names = standing.filter { $0.isChanged == isChanged }.map(\.disk).sorted()
        guard !names.isEmpty else { return nil }
        return isChanged
          ? StorageMessages.changedContent(of: declaration.name, disks: names, at: span)
          : PlanMessages.earlierContent(of: declaration.name, disks: names, at: span)
      }
    }
  }

  /// Whether the file at a path is uploaded content that changed afterwards.
  private func isChanged(_ path: String?) -> Bool {
    guard let place = path.flatMap(live.storage.place) else { return false }
    return live.storage.pools[place.pool]?.inventory.isChanged(place.volume) ?? false
  }
}
