import VMScript
import VMScriptSyntax

/// Plans the steps of each change: the operations on the host, in order.
///
/// Live changes come first. The definition is their record, so that the next run finds and
/// completes an interrupted update.
struct StepPlanner {
  let storage: StoragePlan
  /// The domain type that `auto` means on the host.
  let hypervisor: String

  /// Returns the steps of a change.
  ///
  /// - Throws: a diagnostic for an impossible change.
  func steps(of change: Change) throws(Diagnostic) -> [Step] {
    guard let declaration = change.declaration else { return try stepsOfDeletion(change) }
    switch declaration.kind {
    case .image:
      // The record alone needs no upload.
      let isOfRecord =
        change.action == .update && change.properties.allSatisfy { $0.name == "protect" }
      return try (isOfRecord ? [] : steps(ofImage: declaration, change))
        + storage.stepsOfProtection(declaration)
    case .net:
      return try steps(ofNetwork: declaration, change) + storage.stepsOfProtection(declaration)
    case .domain:
      guard let domain = live.domains[change.name] else { return try steps(ofNew: declaration) }
      return try steps(of: domain, toward: declaration, change)
    // Plans contain no such change.
    case .custom: return []
    }
  }

  var live: LiveState { storage.live }

  private func stepsOfDeletion(_ change: Change) throws(Diagnostic) -> [Step] {
    let record = storage.volumes.protection(of: change.key).map { Step.delete(.init($0)) }
    switch change.kind {
    case .image:
      return stepsOfDeletion(image: change.name, isKept: change.remains != nil)
        + [record].compactMap(\.self)
    case .net:
      let uuid = Identity.uuid(stack: storage.set.stack, kind: .net, name: change.name)
      return [.deleteNetwork(uuid: uuid)] + [record].compactMap(\.self)
    case .domain:
      let volumes = storage.volumes.volumes(ofDomain: change.name).filter { place in
        storage.declaredUsers(of: place.volume.path).subtracting([change.name]).isEmpty
      }
      return [.deleteDomain(volumes.map(VolumeReference.init))]
    case .custom: return []
    }
  }
}

// MARK: - Domains

extension StepPlanner {
  /// Plans storage, definition and start. The next run continues with the first one missing.
  private func steps(ofNew declaration: Declaration) throws(Diagnostic) -> [Step] {
    var definition = try storage.definition(of: declaration, hypervisor: hypervisor)
    definition.starts = storage.set.wantedState(of: declaration) == .running
    return try stepsOfStorage(of: declaration.name)
      + [.define(definition)] + earlierSeeds(of: declaration.name)
  }

  private func steps(
    of domain: LiveDomain, toward declaration: Declaration, _ change: Change
  ) throws(Diagnostic) -> [Step] {
    let name = declaration.name
    var steps: [Step] = []
    var runs = domain.running != nil
    var hasSavedState = domain.hasSavedState
    if domain.name != name {
      steps.append(.rename(from: domain.name, uuid: domain.uuid, shutsDown: runs))
      runs = false
    }
    if change.properties.contains(where: { $0.kind == .savedState }) {
      steps.append(.dropSavedState)
      hasSavedState = false
    } else if hasSavedState, change.properties.contains(where: { $0.kind == .return }) {
      // The guest is restored first, and live changes follow.
      steps.append(.bringBack)
      (runs, hasSavedState) = (true, false)
    }
    let replaced = replacedDrives(of: name, change)
    if !replaced.isEmpty {
      if runs { steps.append(.turnOff) }
      runs = false
      steps += try stepsOfRemoval(of: replaced, from: name)
    }
    steps += try stepsOfStorage(of: name, anew: Set(replaced.map(\.name)))
    steps += growth(of: name, change)
    if runs {
      steps += self.change(of: domain, change.revision)
    } else {
      steps += change.revision.leftVolumes.compactMap { reference(at: $0.path) }.map(Step.delete)
    }
    steps.append(.define(try storage.definition(of: declaration, hypervisor: hypervisor)))
    let changesState = change.properties.contains { $0.live == .power }
    if storage.set.wantedState(of: declaration) == .running {
      // A paused guest stays paused: a verb may have paused it.
      if changesState || !runs { steps.append(.start) }
      runs = true
    } else if changesState {
      steps.append(.shutDown)
      runs = false
    }
    // A running or saved machine needs its files.
    return runs || hasSavedState ? steps : steps + earlierSeeds(of: name)
  }

  /// Returns the change of a running machine. A volume that it still uses stays.
  private func change(of domain: LiveDomain, _ revision: Revision) -> [Step] {
    let going = Set(
      revision.live.compactMap { step in
        if case .detach(let device, _, _) = step { device } else { nil }
      })
    let machine = (domain.running ?? domain.saved)?.read(SourceXML.disks) ?? []
    let inUse = Set((machine + domain.runningDisks).flatMap(\.paths))
    let volumes = revision.leftVolumes.compactMap { left in
      inUse.contains(left.path) && !going.contains(left.device)
        ? nil : reference(at: left.path).map { (device: left.device, volume: $0) }
    }
    guard !revision.live.isEmpty || !volumes.isEmpty else { return [] }
    return [.change(MachineChange(steps: revision.live, volumes: volumes))]
  }

  private func reference(at path: String) -> VolumeReference? {
    live.storage.place(at: path).map(VolumeReference.init)
  }

  /// Returns the seeds that the domain no longer uses.
  private func earlierSeeds(of domain: String) -> [Step] {
    let wanted = storage.domains[domain]
    let current = [wanted?.seed, wanted?.ignition].map { $0?.name.fileName }
    return storage.volumes.volumes(ofDomain: domain).compactMap { place in
      guard case .seed? = place.volume.owned?.role, !current.contains(place.volume.name) else {
        return nil
      }
      return .delete(VolumeReference(place))
    }
  }
}

// MARK: - Networks

extension StepPlanner {
  /// Changes entries while the network runs, and everything else by a restart.
  ///
  /// The network is defined before it restarts. The next run compares the running network too, so
  /// that it finds a missing restart and guests that were not plugged in again.
  private func steps(
    ofNetwork declaration: Declaration, _ change: Change
  ) throws(Diagnostic) -> [Step] {
    let network = live.networks[declaration.name]
    let restarts = change.impact == .restart && network?.isActive == true
    var steps: [Step] = []
    if !restarts, !change.revision.entries.isEmpty {
      steps.append(.changeEntries(change.revision.entries))
    }
    let definition = try storage.definition(ofNetwork: declaration, hypervisor: hypervisor)
    steps.append(.defineNetwork(definition))
    if restarts { steps.append(.stopNetwork) }
    let autostart: Bool? =
      if case .bool(let autostart) = declaration.body["autostart"] { autostart } else { nil }
    return steps + [
      .startNetwork(definition, autostart: autostart),
      .plugGuests(hasNewSubnet: network != nil && change.revision.hasNewSubnet),
    ]
  }
}

extension StoragePlan {
  /// Returns the wanted definition of a network, based on the existing one.
  ///
  /// - Throws: a diagnostic for text that XML cannot hold.
  package func definition(
    ofNetwork declaration: Declaration, hypervisor: String
  ) throws(Diagnostic) -> NetworkDefinition {
    let network = live.networks[declaration.name]
    let context = context(for: declaration, uuid: network?.uuid, hypervisor: hypervisor)
    return NetworkDefinition(
      declaration: declaration, stack: set.stack,
      xml: try NetworkXML.render(declaration, context: context, onto: network?.definition))
  }
}

/// The steps of images, disks and seeds.
extension StepPlanner {
  // MARK: Images

  func steps(ofImage declaration: Declaration, _ change: Change) throws(Diagnostic)
    -> [Step]
  {
    guard let image = storage.images[declaration.name] else { return [] }
    switch image.content {
    // A run has fetched every image whose content it changes.
    case .existing, .unfetched: return []
    case .file(let file, let sha256, let key, let nonce):
      // libvirt's test driver stores records without contents.
      let converts = image.needsConversion(from: file) && hypervisor != "test"
      let upload = ImageUpload(
        image: image, file: file, sha256: sha256, key: key, nonce: nonce, converts: converts)
      return try [.publish(upload)] + releaseEarlier(image, keeping: key, declaration)
        + [.releaseChanged(image: image.name, pool: image.pool)]
    case .blank(let name, let backing):
      do throws(StorageFailure) {
        return try stepsOfEmpty(image, name.fileName, backing, at: declaration.span)
      } catch { throw StorageMessages.diagnostic(error, at: declaration.span) }
    }
  }

  /// Removes the pins of earlier contents, unless a disk of the stack is still backed by one.
  private func releaseEarlier(
    _ image: ResolvedImage, keeping key: ImageKey, _ declaration: Declaration
  ) throws(Diagnostic) -> [Step] {
    let pinned = storage.pinnedKeys(of: image.name).subtracting([key.text])
    guard !pinned.isEmpty else { return [] }
    let kept: Set<String>
    do throws(StorageFailure) { kept = try storage.keysInUse().union([key.text]) } catch {
      throw StorageMessages.diagnostic(error, at: declaration.span)
    }
    guard !pinned.isSubset(of: kept) else { return [] }
    return [
      .release(
        ImageRelease(
          image: image.name, keeping: kept, pools: live.storage.pools.keys.sorted(), isKept: true))
    ]
  }

  private func stepsOfEmpty(
    _ image: ResolvedImage, _ name: String, _ backing: StorageBase?, at span: Span
  ) throws(StorageFailure) -> [Step] {
    let capacity = image.capacity ?? 0
    guard let present = live.storage.place(at: image.path)?.volume else {
      var xml = VolumeXML(name: name, format: image.format, capacity: capacity, allocation: 0)
      xml.clusterSize = image.layout.clusterSize
      xml.lazyRefcounts = image.layout.lazyRefcounts
      xml.preallocation = image.layout.preallocation.flatMap(VolumeXML.Preallocation.init) ?? .off
      return [
        .make(
          NewVolume(
            xml: xml, pool: image.pool, path: image.path,
            origin: backing.map(OwnVolume.Origin.overlay) ?? .new, size: nil, span: span))
      ]
    }
    guard try present.read(\.capacity) ?? 0 < capacity else { return [] }
    return [
      .grow(
        VolumeGrowth(
          volume: VolumeReference(name: name, pool: image.pool, path: image.path), size: capacity,
          format: image.format, users: live.storage.domains(using: image.path), span: nil))
    ]
  }

  /// Returns all volumes that the stack has for an image, in every pool.
  func stepsOfDeletion(image name: String, isKept: Bool) -> [Step] {
    let volumes = storage.volumes.volumes(ofImage: name)
    let own = volumes.filter { $0.volume.owned?.role == .image }.map(VolumeReference.init)
    let pools = Set(volumes.map(\.pool)).sorted()
    return own.map(Step.remove)
      + [.release(ImageRelease(image: name, keeping: [], pools: pools, isKept: isKept))]
  }

  // MARK: Disks

  /// Creates the missing volumes of a domain and its seed, and keeps matching ones.
  ///
  /// - Parameter anew: the drives whose volumes are recreated while the guest is off.
  func stepsOfStorage(
    of domain: String, anew: Set<DeviceName> = []
  ) throws(Diagnostic) -> [Step] {
    guard let wanted = storage.domains[domain] else { return [] }
    var steps: [Step] = []
    for drive in wanted.drives {
      guard let own = drive.own else { continue }
      do throws(StorageFailure) {
        steps += try growthOfMoved(own, at: drive.span)
        let edits = drive.name == wanted.systemDisk?.name ? wanted.customization : nil
        steps += try stepsOfDisk(
          own, of: domain, isAnew: anew.contains(drive.name), edits, at: drive.span)
      } catch { throw StorageMessages.diagnostic(error, at: drive.span) }
    }
    for case let seed? in [wanted.seed, wanted.ignition] where !isTrusted(seed, of: domain) {
      steps.append(.write(seed))
    }
    return steps
  }

  /// Grows a disk that moves from another domain before it has a user again.
  private func growthOfMoved(
    _ own: OwnVolume, at span: Span
  ) throws(StorageFailure) -> [Step] {
    guard own.movedFrom != nil, own.hasSize, let wanted = own.capacity,
      let present = try live.storage.place(at: own.path)?.volume.read(\.capacity),
      present < wanted
    else { return [] }
    return [.grow(VolumeGrowth(own, to: wanted, at: span))]
  }

  /// Creates a missing disk, and edits it while a record shows that it is not complete.
  private func stepsOfDisk(
    _ own: OwnVolume, of domain: String, isAnew: Bool, _ edits: Customization?, at span: Span
  ) throws(StorageFailure) -> [Step] {
    let isUnfinished = storage.isUnfinished(own, of: domain)
    let steps = try stepsOfVolume(own, isAnew: isAnew, isUnfinished: isUnfinished, at: span)
    let isMade = steps.contains { if case .make = $0 { true } else { false } }
    guard let record = try storage.unfinishedRecord(of: own, of: domain), isMade || isUnfinished
    else { return steps }
    guard isMade, let edits else { return steps + (isUnfinished ? [.delete(record)] : []) }
    let xml = VolumeXML(name: record.name, format: .raw, capacity: 512, allocation: 0)
    let marking = NewVolume(
      xml: xml, pool: record.pool, path: record.path, origin: .new, size: nil, span: span)
    let editing = DiskCustomization(
      edits: edits, disk: VolumeReference(own), format: own.format, record: record,
      isEmulated: hypervisor == "qemu")
    return [.make(marking)] + steps + [.customize(editing), .delete(record)]
  }

  private func stepsOfVolume(
    _ own: OwnVolume, isAnew: Bool, isUnfinished: Bool, at span: Span
  ) throws(StorageFailure) -> [Step] {
    if case .kept = own.origin { return [] }
    guard let present = live.storage.place(at: own.path)?.volume, !isAnew else {
      return [.make(try volume(own, at: span))]
    }
    let users = live.storage.domains(using: own.path)
    if !isUnfinished, try isAsWanted(present, own, isInUse: !users.isEmpty) {
      // A domain's own disk grows in a separate step, in agreement with its guest.
      guard users.isEmpty, let wanted = own.capacity, try present.read(\.capacity) ?? 0 < wanted
      else { return [] }
      return [.grow(VolumeGrowth(own, to: wanted, at: span))]
    }
    guard users.isEmpty else { throw .volumeKept(own.name, .usedByDomain(users)) }
    return [.remove(VolumeReference(own)), .make(try volume(own, at: span))]
  }

  /// Whether an existing volume may be used: the user may have undefined the domain alone to keep
  /// its data. A copy that no domain refers to may be incomplete.
  private func isAsWanted(
    _ volume: VolumeInventory.Volume, _ own: OwnVolume, isInUse: Bool
  ) throws(StorageFailure) -> Bool {
    switch own.origin {
    case .kept: true
    case .new: try volume.read(\.backing) == nil
    case .copy: try volume.read(\.backing) == nil && isInUse
    case .overlay(let base): try storage.standing(of: volume, on: base) != .elsewhere
    }
  }

  private func volume(_ own: OwnVolume, at span: Span) throws(StorageFailure) -> NewVolume {
    let capacity: Int64?
    switch own.origin {
    case .overlay(let base): capacity = base.capacity == nil ? nil : own.capacity
    case .copy: capacity = nil
    case .new, .kept:
      guard let declared = own.capacity else { throw .missingSize("disk") }
      capacity = declared
    }
    return NewVolume(
      xml: VolumeXML(name: own.name, format: own.format, capacity: capacity, allocation: 0),
      pool: own.pool, path: own.path, origin: own.origin,
      size: capacity == nil && own.hasSize ? own.capacity : nil, span: span)
  }

  /// Whether a seed is complete. It is only if a domain refers to it, because an upload may have
  /// been interrupted.
  private func isTrusted(_ seed: DomainSeed, of domain: String) -> Bool {
    guard live.storage.place(at: seed.path) != nil else { return false }
    switch seed.format {
    case .noCloud:
      let present = live.domains[domain]?.name ?? domain
      return live.storage.domains(using: seed.path).contains(present)
    case .ignition: return live.domains[domain]?.ignitionPath == seed.path
    }
  }

  /// Returns the drives whose volumes a change replaces.
  func replacedDrives(of domain: String, _ change: Change) -> [DriveStorage] {
    (storage.domains[domain]?.drives ?? []).filter { drive in
      change.properties.contains {
        // A difference that concerns only the definition, such as the format of a file used in
        // place, replaces nothing.
        $0.device == drive.name && $0.impact == .dataLoss
          && (drive.own != nil || $0.kind != .driver)
      }
    }
  }

  /// Only the domain's own volumes are removed.
  func stepsOfRemoval(
    of drives: [DriveStorage], from domain: String
  ) throws(Diagnostic) -> [Step] {
    let own = storage.volumes.volumes(ofDomain: domain)
    let disks = live.domains[domain]?.facts.disks ?? []
    var steps: [Step] = []
    for drive in drives {
      let present = disks.first { $0.target == drive.target }?.path
      for place in own where place.volume.path == present || place.volume.path == drive.own?.path {
        guard storage.users(of: place.volume.path, otherThan: domain).isEmpty else { continue }
        let overlays = live.storage.overlays(on: place.volume.path).map(\.volume.name)
        guard overlays.isEmpty else {
          throw StorageMessages.diagnostic(
            .volumeKept(place.volume.name, .hasOverlays(overlays)), at: drive.span)
        }
        steps.append(.delete(VolumeReference(place)))
      }
    }
    return steps
  }

  /// A running guest is notified of its larger disk. For a stopped guest, only the volume grows.
  func growth(of domain: String, _ change: Change) -> [Step] {
    (storage.domains[domain]?.drives ?? []).compactMap { drive in
      let grows = change.properties.contains {
        $0.device == drive.name && $0.live == .growth
      }
      guard grows, let own = drive.own, let size = drive.size else { return nil }
      return .grow(VolumeGrowth(own, to: size.value.bytes, users: [domain], at: drive.span))
    }
  }
}

extension VolumeReference {
  fileprivate init(_ own: OwnVolume) {
    self.init(name: own.name, pool: own.pool, path: own.path)
  }
}

extension VolumeGrowth {
  fileprivate init(_ own: OwnVolume, to size: Int64, users: [String] = [], at span: Span) {
    self.init(
      volume: VolumeReference(own), size: size, format: own.format, users: users, span: span)
  }
}
