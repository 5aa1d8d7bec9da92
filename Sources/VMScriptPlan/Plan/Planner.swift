import VMScript
import VMScriptSyntax

/// Makes a plan by comparing declared and present objects. It neither reads nor changes the host.
struct Planner {
  /// Compares a declared object with the present one.
  typealias Comparison = (Declaration) throws(Diagnostic) -> Revision

  let set: DeclarationSet
  let live: LiveState
  let isPruned: (ResourceKey) -> Bool
  let adopt: Bool
  let compare: Comparison
  /// The end of the lifetime of the stack; nil if it is not temporary.
  var expiry: StackExpiry?

  /// Creates a planner.
  ///
  /// - Parameters:
  ///   - set: the declarations.
  ///   - live: the state of the host.
  ///   - isPruned: whether a resource of the stack that `set` does not declare is deleted.
  ///   - adopt: whether to take over domains that the stack does not own.
  ///   - compare: finds the differences of an object that exists.
  init(
    _ set: DeclarationSet, live: LiveState,
    isPruned: @escaping (ResourceKey) -> Bool = { _ in false }, adopt: Bool = false,
    compare: @escaping Comparison
  ) {
    self.set = set
    self.live = live
    self.isPruned = isPruned
    self.adopt = adopt
    self.compare = compare
  }

  /// Returns the plan, and the errors that prevent its application.
  func plan() -> (plan: Plan, diagnostics: [Diagnostic]) {
    var draft = PlanDraft()
    var diagnostics = HostChecks(set: set, live: live, isPruned: isPruned).diagnostics()
    for declaration in set.declarations {
      do throws(Diagnostic) {
        try add(declaration, to: &draft)
      } catch { diagnostics.append(error) }
    }
    let undeclared = undeclaredResources
    let deleted = undeclared.filter { isPruned($0.key) }
    diagnostics += deleted.compactMap { resource in
      if live.protected.contains(resource.key) {
        return ProtectionMessages.deletion(of: resource.kind, resource.name)
      }
      guard resource.kind == .net, live.networks[resource.name] != nil else { return nil }
      return live.storage.poolOfUnknownRecords.map {
        ProtectionMessages.unknown(resource.name, pool: $0)
      }
    }
    for resource in deleted {
      draft.delete(
        resource, isDataless: live.datalessDomains.contains(resource.name),
        hasGuests: hasGuests(resource, besides: Set(deleted.map(\.key))))
    }
    let changes = ChangeOrder(set: set, live: live).ordered(draft.changes)
    let kept = undeclared.filter { !isPruned($0.key) }
    diagnostics += savedStates(under: changes)
    return (
      Plan(
        stack: set.stack, changes: changes, undeclared: kept,
        pending: pendingRestarts(beside: changes)),
      diagnostics
    )
  }

  /// Returns the changes of declared objects that wait for a restart, without those that the plan
  /// makes anyway.
  private func pendingRestarts(beside changes: [Change]) -> [PendingRestart] {
    let changed = Dictionary(
      changes.map { ($0.key, Set($0.properties.map(\.path))) }
    ) { first, second in first.union(second) }
    return set.declarations.compactMap { declaration in
      let paths = changed[declaration.key] ?? []
      let waiting = pendingChanges(of: declaration).filter { !paths.contains($0.path) }
      return waiting.isEmpty
        ? nil : PendingRestart(resource: declaration.reference, properties: waiting)
    }
  }

  private func pendingChanges(of declaration: Declaration) -> [PropertyDifference] {
    switch declaration.kind {
    case .domain: live.domains[declaration.name]?.pendingChanges() ?? []
    case .net: live.networks[declaration.name]?.pendingChanges() ?? []
    case .image, .custom: []
    }
  }

  /// Warns about changes that a saved state delays, because it is restored first.
  private func savedStates(under changes: [Change]) -> [Diagnostic] {
    changes.compactMap { change in
      guard change.kind == .domain, change.action == .update,
        !change.properties.contains(where: { $0.kind == .savedState }),
        live.domains[change.name]?.hasSavedState == true,
        let declaration = set.declaration(.domain, change.name)
      else { return nil }
      let late = change.properties.filter { $0.impact >= .nextStart }.map(\.path)
      return late.isEmpty ? nil : UpdateMessages.savedState(of: declaration, delaying: late)
    }
  }

  private var ownership: Ownership { Ownership(set) }

  private func add(_ declaration: Declaration, to draft: inout PlanDraft) throws(Diagnostic) {
    if let object = live.unreadable(declaration, of: set.stack) {
      throw XMLMessages.unreadable(declaration, object)
    }
    switch declaration.kind {
    case .custom: break
    case .image:
      guard live.images.contains(declaration.name) else { return draft.create(declaration) }
      var revision = try compare(declaration)
      revision.differences += [protection(declaration)].compactMap(\.self)
      try refuseLoss(of: declaration, by: revision.differences)
      draft.update(declaration, revision)
    case .net:
      guard let network = live.networks[declaration.name] else { return draft.create(declaration) }
      guard ownership.owns(network) else {
        throw PlanMessages.foreignNetwork(declaration, stack: set.stack)
      }
      var revision = try compare(declaration)
      revision.differences +=
        autostart(declaration, network.autostart, isActive: network.isActive)
        + storing(isPersistent: network.isPersistent) + start(network) + plug(network)
        + [protection(declaration)].compactMap(\.self)
      draft.update(
        declaration, revision, of: .network(network), hasGuests: hasGuests(declaration.reference))
    case .domain:
      guard let domain = live.domains[declaration.name] else {
        if set.wantedState(of: declaration) == .running { try refuseStartOfBase(declaration) }
        return draft.create(declaration)
      }
      var adoption = try renaming(declaration, domain)
      if !ownership.owns(domain) {
        guard adopt else { throw PlanMessages.foreignDomain(declaration, stack: set.stack) }
        adoption += [
          PropertyDifference(
            name: "stack", from: domain.facts.owner.map { .string($0.stack) },
            to: .string(set.stack), impact: .none)
        ]
      }
      try refuseIdentity(declaration, domain)
      let state = try stateChange(declaration, domain)
      var revision = try compare(declaration)
      let properties = revision.differences
      revision.differences =
        adoption + properties
        + autostart(declaration, domain.autostart, isActive: domain.running != nil)
        + storing(isPersistent: domain.isPersistent)
        + droppedState(of: domain, by: properties) + state
      try refuseLoss(of: declaration, by: revision.differences)
      draft.update(declaration, revision, of: .domain(domain))
    }
  }

  /// Checks the declared UUID. libvirt identifies a domain by its UUID, so another UUID is another
  /// domain.
  private func refuseIdentity(_ declaration: Declaration, _ domain: LiveDomain) throws(Diagnostic) {
    guard let property = declaration.body.property("uuid"), let wanted = property.value.text,
      wanted.lowercased() != domain.uuid
    else { return }
    throw PlanMessages.otherIdentity(declaration, property, present: domain.uuid)
  }

  /// Handles a domain of the stack that somebody renamed on the host. libvirt renames only stopped
  /// domains.
  private func renaming(
    _ declaration: Declaration, _ domain: LiveDomain
  ) throws(Diagnostic) -> [PropertyDifference] {
    guard domain.name != declaration.name else { return completedRenaming(declaration, domain) }
    let isTaken = live.domains.values.contains {
      $0.name == declaration.name && $0.uuid != domain.uuid
    }
    guard !isTaken else {
      throw PlanMessages.foreignDomain(declaration, stack: set.stack, renamed: domain.name)
    }
    guard domain.running != nil || !domain.hasSavedState else {
      throw PlanMessages.savedRename(declaration, domain)
    }
    return [
      PropertyDifference(
        name: "name", from: .string(domain.name), to: .string(declaration.name),
        impact: domain.running == nil ? .none : .restart)
    ]
  }

  /// Completes a rename that ended before the mark was written.
  private func completedRenaming(
    _ declaration: Declaration, _ domain: LiveDomain
  ) -> [PropertyDifference] {
    guard let owner = domain.facts.owner, owner.stack == set.stack, owner.name != declaration.name,
      ownership.owns(domain)
    else { return [] }
    return [
      PropertyDifference(
        name: "name", from: .string(owner.name), to: .string(declaration.name), impact: .none)
    ]
  }

  /// Compares the protection of a network or an image with its record.
  private func protection(_ declaration: Declaration) -> PropertyDifference? {
    declaration.protectionDifference(
      found: live.protected.contains(declaration.key), expiry: expiry)
  }

  /// Stores the definition of a transient object, so that it stays when it stops.
  private func storing(isPersistent: Bool) -> [PropertyDifference] {
    guard !isPersistent else { return [] }
    return [
      PropertyDifference(
        name: "definition", from: .string("transient"), to: .string("persistent"), impact: .none)
    ]
  }

  /// Removes a saved state that cannot be restored because its disks change.
  private func droppedState(
    of domain: LiveDomain, by properties: [PropertyDifference]
  ) -> [PropertyDifference] {
    guard domain.hasSavedState,
      properties.contains(where: { $0.impact == .dataLoss && $0.device?.block == "disk" })
    else { return [] }
    return [
      PropertyDifference(
        name: "saved state", from: .string("kept"), to: .string("dropped"), impact: .dataLoss
      ).of(.savedState)
    ]
  }

  /// Compares the autostart setting, which libvirt keeps outside the definition.
  private func autostart(
    _ declaration: Declaration, _ live: Bool, isActive: Bool
  ) -> [PropertyDifference] {
    guard case .bool(let wanted) = declaration.body["autostart"], wanted != live else { return [] }
    return [
      PropertyDifference(
        name: "autostart", from: .bool(live), to: .bool(wanted), impact: isActive ? .live : .none,
        live: .autostart)
    ]
  }

  /// Starts a network that was defined but is not active.
  private func start(_ network: LiveNetwork) -> [PropertyDifference] {
    guard !network.isActive else { return [] }
    return [
      PropertyDifference(
        name: "state", from: .string("stopped"), to: .string("running"), impact: .live,
        live: .power)
    ]
  }

  /// Finds guests that a restart of their network unplugged.
  private func plug(_ network: LiveNetwork) -> [PropertyDifference] {
    guard let ports = network.ports else { return [] }
    let unplugged = live.domains.values.filter { domain in
      !(domain.ports[network.name] ?? []).isSubset(of: ports)
    }.map(\.name).sorted()
    guard !unplugged.isEmpty else { return [] }
    return [
      PropertyDifference(
        name: "unplugged guests", from: .list(unplugged.map(Value.string)), to: .list([]),
        impact: .live)
    ]
  }

  /// Plans starting and stopping. A paused guest counts as running, because a verb may have paused
  /// it.
  private func stateChange(
    _ declaration: Declaration, _ domain: LiveDomain
  ) throws(Diagnostic) -> [PropertyDifference] {
    switch (set.wantedState(of: declaration), domain.state.isOff) {
    case (.running, true):
      try refuseStartOfBase(declaration)
    case (.stopped, false) where declaration.declaredState == .stopped: break
    default: return []
    }
    return [
      PropertyDifference(
        name: "state",
        from: .string(domain.comesBack ? "saved" : domain.state.rawValue),
        to: .string(set.wantedState(of: declaration).rawValue), impact: .live, live: .power
      ).of(domain.comesBack ? .return : .property)
    ]
  }

  /// Checks that no guest is started that writes to a disk which backs overlays.
  private func refuseStartOfBase(_ declaration: Declaration) throws(Diagnostic) {
    let span = declaration.body.property("state")?.span ?? declaration.nameSpan
    if let refusal = live.refusalToStart(declaration.name, at: span) { throw refusal }
  }

  /// Whether running guests are on a network, except those that are deleted with it.
  private func hasGuests(
    _ resource: ResourceReference, besides going: Set<ResourceKey> = []
  ) -> Bool {
    guard resource.kind == .net else { return false }
    return live.domains.contains { name, domain in
      guard !domain.state.isOff, !going.contains(ResourceKey(kind: .domain, name: name)) else {
        return false
      }
      return domain.ports[resource.name] != nil || domain.facts.networks.contains(resource.name)
    }
  }

  private var undeclaredResources: [ResourceReference] {
    live.undeclared(in: set).map {
      ResourceReference(kind: $0.kind, name: $0.name, isDeclared: false)
    }
  }
}

/// The changes of a plan before they are ordered.
private struct PlanDraft {
  private(set) var changes: [Change] = []

  mutating func create(_ declaration: Declaration) {
    changes.append(Change(id: changes.count, creating: declaration))
  }

  /// Adds a change unless it is empty.
  mutating func update(
    _ declaration: Declaration, _ revision: Revision, of subject: Change.Subject? = nil,
    hasGuests: Bool = false
  ) {
    let change = Change(
      id: changes.count, updating: subject, toward: declaration, revision, hasGuests: hasGuests)
    changes += [change].compactMap(\.self)
  }

  mutating func delete(_ resource: ResourceReference, isDataless: Bool, hasGuests: Bool) {
    let impact: Impact =
      switch resource.kind {
      // A network holds no data.
      case .net: .restart
      case .domain where isDataless: .none
      case .domain, .image, .custom: .dataLoss
      }
    changes.append(
      Change(
        id: changes.count, action: .delete, kind: resource.kind, name: resource.name,
        impact: impact, hasGuests: hasGuests))
  }
}
