import VMScript
import VMScriptSyntax

/// Finds the steps of changes: what is done to the host for each, in order.
///
/// What can change while a machine runs changes first. The definition is the record of it, so that an
/// update which is cut short is found and finished by the next run.
struct StepPlanner {
  package let storage: StoragePlan
  /// The domain type that `auto` means on the host.
  package let hypervisor: String

  /// The steps of a change.
  ///
  /// - Throws: a diagnostic for what cannot be done.
  package func steps(of change: Change) throws(Diagnostic) -> [Step] {
    guard let declaration = change.declaration else { return try stepsOfDeletion(change) }
    switch declaration.kind {
    case .image: return try steps(ofImage: declaration, change)
    case .net: return try steps(ofNetwork: declaration, change)
    case .domain:
      guard let domain = live.domains[change.name] else { return try steps(ofNew: declaration) }
      return try steps(of: domain, toward: declaration, change)
    // No plan holds one.
    case .custom: return []
    }
  }

  package var live: LiveState { storage.live }

  private func stepsOfDeletion(_ change: Change) throws(Diagnostic) -> [Step] {
    switch change.kind {
    case .image: return stepsOfDeletion(image: change.name, isKept: change.remains != nil)
    case .net:
      return [
        .deleteNetwork(
          uuid: Identity.uuid(stack: storage.set.stack, kind: .net, name: change.name))
      ]
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
  /// Its storage, its definition, its start: each is found by the next run if this one ends before.
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
      // It comes back as it was saved. What can change while it runs is changed then.
      steps.append(.bringBack)
      (runs, hasSavedState) = (true, false)
    }
    let replaced = replacedDrives(of: name, change)
    if !replaced.isEmpty {
      if runs { steps.append(.turnOff) }
      runs = false
      steps += try stepsOfRemoval(of: replaced, from: name)
    }
    steps += try stepsOfStorage(of: name, anew: Set(replaced.map(\.key)))
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
    // A machine that runs, or a saved one, needs its files.
    return runs || hasSavedState ? steps : steps + earlierSeeds(of: name)
  }

  /// The change of a machine that runs; a volume that it still uses stays.
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

  /// Seeds that the domain no longer has.
  private func earlierSeeds(of domain: String) -> [Step] {
    let current = storage.domains[domain]?.seed?.name.fileName
    return storage.volumes.volumes(ofDomain: domain).compactMap { place in
      guard case .seed? = place.volume.owned?.role, place.volume.name != current else { return nil }
      return .delete(VolumeReference(place))
    }
  }
}

// MARK: - Networks

extension StepPlanner {
  /// Entries as the network runs; everything else by a restart.
  ///
  /// It is defined before it restarts. As the running network is compared too, a restart that did not
  /// come is found by the next run, and so are guests that were not plugged in again.
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
  /// The definition of a network as it is to be, onto what is there.
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
