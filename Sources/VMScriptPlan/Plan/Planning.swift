import VMScript
import VMScriptSyntax

/// Planning from one reading of the host.
package struct Planning: Sendable {
  package let host: any HostReader
  package let hypervisor: String
  /// The sources of the scripts, which determine the folder of relative paths.
  package let sources: SourceMap
  package let adopt: Bool
  package let origin: StackOrigin?
  /// The end of the lifetime of the stack; nil if it is not temporary.
  package let expiry: StackExpiry?
  /// Called before a slow operation, such as a digest.
  package let waiting: @Sendable (String) -> Void
  /// The verbs and changes that were planned before but not applied.
  package let expected: ExpectedState
  /// The access to images by address and by name.
  package let images: any RemoteImages
  /// The domains whose disks are made anew from their images.
  let rebuild: Set<String>

  package init(
    host: any HostReader, hypervisor: String, sources: SourceMap, adopt: Bool,
    origin: StackOrigin?, expiry: StackExpiry? = nil,
    waiting: @escaping @Sendable (String) -> Void,
    expected: ExpectedState = ExpectedState(), images: any RemoteImages = OfflineImages(),
    rebuild: Set<String> = []
  ) {
    self.rebuild = rebuild
    self.images = images
    self.host = host
    self.hypervisor = hypervisor
    self.sources = sources
    self.adopt = adopt
    self.origin = origin
    self.expiry = expiry
    self.waiting = waiting
    self.expected = expected
  }

  /// The outcome of planning.
  package struct Outcome: Sendable {
    package var plan: Plan
    package let storage: StoragePlan
    /// Errors, which prevent the application of the plan, and warnings.
    package let diagnostics: [Diagnostic]
  }

  /// Reads the host, resolves the storage of the declarations, and compares.
  ///
  /// - Parameter prune: selects the undeclared resources of the stack to delete.
  package func plan(_ set: DeclarationSet, prune: Pruning) async throws -> Outcome {
    let (storage, _, going) = try await resolve(set, prune)
    var live = storage.live
    let origins = live.origins(of: set.stack)
    let leftovers = storage.leftovers
    live.images = storage.presentImages.union(leftovers.images)
    live.leftoverDomains = leftovers.domains
    live.leftoverNetworks = leftovers.networks
    live.protected = storage.protected(leftovers: leftovers.images)
    live.overlaidDomains = storage.overlaidDomains
    live.possiblyOverlaidDomains = storage.possiblyOverlaidDomains
    if !going.isEmpty {
      live.datalessDomains = try await DeletionLoss(host: host, volumes: storage.volumes)
        .dataless(among: going.filter { $0.kind == .domain }.map(\.name), of: live.domains)
    }
    func draft(_ isPruned: @escaping (ResourceKey) -> Bool) -> (Plan, [Diagnostic]) {
      planner(storage.set, live, storage, isPruned).plan()
    }
    var (plan, diagnostics) =
      switch prune {
      case .nothing: draft { _ in false }
      case .everything: draft { _ in true }
      case .whatIsInTheWay: draft(draft(going.contains).0.deletionsInTheWay.contains)
      }
    for index in plan.changes.indices where plan.changes[index].kind == .image {
      plan.changes[index].download = storage.images[plan.changes[index].name]?.download
    }
    if let origin { plan.otherOrigin = origins.first { $0 != origin } }
    plan.recordedOrigin = origins.first
    plan.changes = storage.afterMoves(plan.changes)
    diagnostics += storage.obstaclesToMoves(plan.changes)
    let deleted = plan.deletedDomains
    let kept = plan.keepContent { storage.reasonToKeep(image: $0, deleting: Set(deleted)) }
    let unfit = try await unfitMachines(of: plan, set)
    diagnostics += plan.addSteps(StepPlanner(storage: storage, hypervisor: hypervisor))
    diagnostics += try await plan.patchWarnings()
    let edits = plan.changes.flatMap(\.edits)
    if !edits.isEmpty {
      diagnostics += CustomizationChecks(files: try await host.files())
        .diagnostics(of: edits, live.storage)
    }
    let found =
      storage.diagnostics + diagnostics + unfit
      + storage.volumes.refusals(toDelete: deleted, of: live.domains)
      + storage.volumes.leftOverlays(after: deleted, of: live.domains).map {
        StorageMessages.leftOverlays(of: $0.domain, $0.paths)
      } + storage.warnings() + storage.warningsOfCustomization(plan.changes) + kept
    return Outcome(plan: plan, storage: storage, diagnostics: Self.eachOnce(found))
  }

  /// Returns the errors that prevent a plan that deletes, replaces, grows or starts disks:
  /// overlays that libvirt did not know when the plan was made, or that were made since.
  ///
  /// Only such a plan needs this second, thorough reading.
  package func refusals(of plan: Plan, _ storage: StoragePlan) async throws -> [Diagnostic] {
    let written = plan.changes.flatMap(\.volumesWritten)
    let started = plan.changes.filter(\.startsWhatExists)
    let deleted = plan.deletedDomains
    guard
      !written.isEmpty || !started.isEmpty || plan.changes.contains(where: \.deletesVolumes)
    else { return [] }
    let live = try await host.read(isThorough: true, leased: [])
      .seen(by: Ownership(storage.set)).moved(by: storage.set, adopt: adopt).live
    let volumes = StackVolumes(
      stack: storage.set.stack, storage: live.storage, domains: live.domains)
    let names = Set(deleted.compactMap { live.domains[$0]?.name })
    func staying(_ overlays: [LiveStorage.Place]) -> [VolumeInventory.Volume] {
      volumes.staying(overlays, after: Set(deleted), named: names).map(\.volume)
    }
    let overlaid = written.compactMap { path, action, span -> Diagnostic? in
      let overlays = staying(live.storage.overlays(on: path))
      guard overlays.isEmpty else {
        return PlanMessages.overlaid(action, by: overlays.map(StackVolumes.owner), at: span)
      }
      let unreadable = staying(live.storage.possibleOverlays(on: path))
      guard unreadable.isEmpty else {
        return StorageMessages.possiblyOverlaid(
          "the disk cannot be \(action)", by: unreadable, at: span)
      }
      let users = live.storage.possibleUsers(of: path)
      return users.isEmpty ? nil : StorageMessages.possiblyUsed(action, by: users, at: span)
    }
    let bases = started.compactMap { live.refusalToStart($0.name, at: $0.span) }
    return volumes.refusals(toDelete: deleted, of: live.domains) + overlaid + bases
  }

  /// Replans a change of an object that changed since it was planned; returns nil if the object
  /// matches the declaration by now.
  ///
  /// - Parameter set: the declarations that the change was planned from.
  /// - Throws: VM0727 for a change that now loses data or restarts something and did not before,
  ///   and the error that prevents any change of the object.
  package func renewed(_ change: Change, of set: DeclarationSet) async throws -> Change? {
    let outcome = try await plan(set, prune: .nothing)
    // Other objects are being changed meanwhile.
    let error = outcome.diagnostics.first {
      $0.severity == .error && $0.isWithin(set.declaration(change.kind, change.name)?.span)
    }
    if let error { throw error }
    let renewed = outcome.plan.changes.first { $0.key == change.key }
    if let renewed, let risk = renewed.risk, risk != change.risk {
      throw UpdateMessages.moved(change, renewed, risk)
    }
    return renewed
  }

  /// Reports new domains of machine types that the host does not offer. The host is queried only
  /// if a domain declares one.
  private func unfitMachines(of plan: Plan, _ set: DeclarationSet) async throws -> [Diagnostic] {
    let created = plan.changes.filter { $0.action == .create && $0.kind == .domain }
    let domains = created.compactMap { set.declaration(.domain, $0.name) }
      .filter(HostMachines.matters)
    guard !domains.isEmpty else { return [] }
    let capabilities = try await host.capabilities()
    do throws(MalformedXML) {
      let machines = try HostMachines(capabilities: capabilities)
      return domains.flatMap(machines.problems)
    } catch { return [HostMachinesMessages.unreadable(domains, error)] }
  }

  /// Reads the host and resolves the storage of the declarations.
  ///
  /// - Returns: the state, and the domains and networks that `prune` may delete.
  package func resolve(
    _ set: DeclarationSet, _ prune: Pruning = .nothing
  ) async throws -> (storage: StoragePlan, resolver: ImageResolver, going: Set<ResourceKey>) {
    let ownership = Ownership(set)
    let (live, obstacles) = expected.applied(
      to: try await host.read(isThorough: false, leased: set.leasedNetworks).seen(by: ownership),
      of: ownership
    ).moved(by: set, adopt: adopt)
    let going = await prune.candidates(among: live.undeclared(in: set))
    let set = InterfaceMACs.resolve(set, live: live, going: going)
    let report = waiting
    let files = try await host.files()
    var resolver = ImageResolver(
      stack: set.stack, live: live.storage, sources: sources, cache: .standard()
    ) { report("the digest of \($0)") }
    resolver.remote = images
    resolver.isLocal = files != .remote
    resolver.seesFiles = files == .local
    var storage = await StoragePlan(set, live: live, resolver: resolver)
    storage.origin = origin
    storage.rebuild = rebuild
    storage.expiry = expiry
    storage.report(obstacles)
    try await storage.compareSeeds(host.seed)
    return (storage, resolver, going)
  }

  /// Reports an error in inherited blocks once, not again for each clone.
  private static func eachOnce(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.reduce(into: []) { unique, one in
      let isKnown = unique.contains {
        $0.code == one.code && $0.message == one.message && $0.primary?.span == one.primary?.span
      }
      if !isKnown { unique.append(one) }
    }
  }

  private func planner(
    _ set: DeclarationSet, _ live: LiveState, _ storage: StoragePlan,
    _ isPruned: @escaping (ResourceKey) -> Bool
  ) -> Planner {
    let hypervisor = hypervisor
    var planner = Planner(set, live: live, isPruned: isPruned, adopt: adopt) {
      declaration throws(Diagnostic) in
      switch declaration.kind {
      case .image: return Revision(try storage.differences(image: declaration))
      case .custom: return Revision()
      case .net:
        guard let network = live.networks[declaration.name] else { return Revision() }
        let context = storage.context(
          for: declaration, uuid: network.uuid, hypervisor: hypervisor)
        return try NetworkXML.revision(
          declaration, context: context, definition: network.definition, running: network.running)
      case .domain:
        guard let domain = live.domains[declaration.name] else { return Revision() }
        let context = storage.context(
          for: declaration, uuid: domain.uuid, hypervisor: hypervisor)
        // A run restores a saved machine before it changes it.
        let comesBack = domain.comesBack && set.wantedState(of: declaration) == .running
        var revision = try DomainXML.revision(
          declaration, context: context, definition: domain.definition,
          running: domain.running ?? (comesBack ? domain.saved : nil))
        revision.differences =
          try revision.differences.map(storage.labelled)
          + storage.differences(domain: declaration, live: domain, left: revision.leftVolumes)
        return revision
      }
    }
    planner.expiry = storage.knownExpiry
    return planner
  }
}

extension Plan {
  /// The pools in which its updates publish other contents of images.
  package var poolsWithReplacedContent: [String] {
    let steps = changes.filter { $0.action == .update }.flatMap(\.steps)
    let pools = steps.compactMap { step in
      if case .publish(let upload) = step { upload.image.pool } else { nil }
    }
    return Set(pools).sorted()
  }

  /// Names of the domains that it deletes.
  fileprivate var deletedDomains: [String] {
    changes.filter { $0.action == .delete && $0.kind == .domain }.map(\.name)
  }

  /// Records the reason that the content of deleted images stays, and returns a warning for each.
  fileprivate mutating func keepContent(because reason: (String) -> String?) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    for index in changes.indices {
      guard changes[index].action == .delete, changes[index].kind == .image,
        let reason = reason(changes[index].name)
      else { continue }
      changes[index].remains = reason
      warnings.append(StorageMessages.keptContent(of: changes[index].name, because: reason))
    }
    return warnings
  }
}

extension Diagnostic {
  /// Whether it points into a statement.
  fileprivate func isWithin(_ statement: Span?) -> Bool {
    guard let statement, let place = primary?.span else { return false }
    return place.source == statement.source && place.start >= statement.start
      && place.end <= statement.end
  }
}

extension Plan {
  /// Plans the steps of each change.
  ///
  /// - Returns: the errors of changes.
  fileprivate mutating func addSteps(_ planner: StepPlanner) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for index in changes.indices {
      do throws(Diagnostic) {
        changes[index].steps = try planner.steps(of: changes[index])
        for case .define(let definition) in changes[index].steps
        where definition.isNew && definition.declaration.body.block("xml") != nil {
          _ = try definition.element()
        }
      } catch { diagnostics.append(error) }
    }
    return diagnostics
  }
}

extension Change {
  /// Whether it may delete the backing image of overlays.
  fileprivate var deletesVolumes: Bool { action == .delete && (kind == .domain || kind == .image) }

  /// The disks that it edits.
  fileprivate var edits: [DiskCustomization] {
    steps.compactMap { step in
      if case .customize(let work) = step { work } else { nil }
    }
  }

  /// Whether it starts a domain with existing disks.
  fileprivate var startsWhatExists: Bool {
    action == .update
      && steps.contains { step in
        if case .start = step { true } else { false }
      }
  }

  /// The volumes that it replaces or grows, with the action and the span for diagnostics.
  fileprivate var volumesWritten: [(path: String, action: String, span: Span)] {
    guard action == .update, kind == .domain, let span else { return [] }
    let made = steps.compactMap { step -> NewVolume? in
      if case .make(let volume) = step { volume } else { nil }
    }
    return steps.compactMap { step in
      switch step {
      case .delete(let volume):
        made.first { $0.path == volume.path }.map { (volume.path, "replaced", $0.span) }
      case .grow(let growth): (growth.volume.path, "grown", growth.span ?? span)
      default: nil
      }
    }
  }
}
