import Libvirt
import VMScript
import VMScriptSyntax

/// One look at the host, and what follows from it for the declarations.
struct Planning: Sendable {
  let pool: ConnectionPool
  let hypervisor: String
  /// Say in which folders the scripts lie.
  let sources: SourceMap
  let adopt: Bool
  let progress: @Sendable (ProgressEvent) -> Void

  /// What came of it.
  struct Outcome: Sendable {
    var plan: Plan
    let storage: StoragePlan
    /// Errors, which forbid to apply the plan, and warnings.
    let diagnostics: [Diagnostic]
  }

  /// Reads what exists, resolves what the declarations stand on, and compares.
  ///
  /// - Parameter prune: deletes what the stack owns and `set` does not declare.
  func plan(_ set: DeclarationSet, prune: Bool) async throws -> Outcome {
    let (storage, _) = try await resolve(set)
    var live = storage.live
    let leftovers = storage.leftovers
    live.images = storage.presentImages.union(leftovers.images)
    live.leftoverDomains = leftovers.domains
    live.overlaidDomains = storage.overlaidDomains
    live.possiblyOverlaidDomains = storage.possiblyOverlaidDomains
    var (plan, diagnostics) = planner(set, live, storage, prune: prune).plan()
    let deleted = plan.deletedDomains
    let kept = plan.keepContent { storage.reasonToKeep(image: $0, deleting: Set(deleted)) }
    let found =
      storage.diagnostics + diagnostics
      + storage.volumes.refusals(toDelete: deleted, of: live.domains)
      + storage.warnings() + kept
    return Outcome(plan: plan, storage: storage, diagnostics: Self.eachOnce(found))
  }

  /// Why a plan that deletes disks must not be applied after all: overlays that libvirt had not been
  /// told of when the plan was made, or that were made since.
  ///
  /// Only a plan that deletes anything costs this second, thorough look.
  func refusals(of plan: Plan, _ storage: StoragePlan) async throws -> [Diagnostic] {
    let replaced = storage.pathsReplaced(by: plan)
    let deleted = plan.deletedDomains
    guard !replaced.isEmpty || plan.changes.contains(where: \.deletesVolumes) else { return [] }
    let live = try await LiveReader(pool: pool).read(isThorough: true)
      .seen(by: Ownership(storage.set))
    let volumes = StackVolumes(stack: storage.set.stack, storage: live.storage)
    let overlaid = replaced.compactMap { path, span -> Diagnostic? in
      let overlays = volumes.staying(
        live.storage.overlays(on: path), after: Set(deleted),
        named: Set(deleted.compactMap { live.domains[$0]?.name }))
      guard !overlays.isEmpty else { return nil }
      return PlanMessages.overlaid(
        "replaced", by: overlays.map { StackVolumes.owner(of: $0.volume) }, at: span)
    }
    return volumes.refusals(toDelete: deleted, of: live.domains) + overlaid
  }

  /// The value of a live attribute of an image, declared or not.
  func attribute(
    _ name: String, ofImage image: String, _ set: DeclarationSet
  ) async throws -> Value {
    let (storage, resolver) = try await resolve(set)
    return try await ImageAttributes(pool: pool, storage: storage, resolver: resolver)
      .value(of: name, image: image)
  }

  /// Reads what exists, and what the declarations stand on.
  private func resolve(
    _ set: DeclarationSet
  ) async throws -> (storage: StoragePlan, resolver: ImageResolver) {
    let live = try await LiveReader(pool: pool).read().seen(by: Ownership(set))
    let report = progress
    let resolver = ImageResolver(
      stack: set.stack, live: live.storage, sources: sources, cache: .standard()
    ) { report(.waiting("the digest of \($0)")) }
    var storage = await StoragePlan(set, live: live, resolver: resolver)
    try await storage.compareSeeds(over: pool)
    return (storage, resolver)
  }

  /// What a clone inherits is wrong once, not again for each clone.
  private static func eachOnce(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.reduce(into: []) { unique, one in
      let isKnown = unique.contains {
        $0.code == one.code && $0.message == one.message && $0.primary?.span == one.primary?.span
      }
      if !isKnown { unique.append(one) }
    }
  }

  private func planner(
    _ set: DeclarationSet, _ live: LiveState, _ storage: StoragePlan, prune: Bool
  ) -> Planner {
    let hypervisor = hypervisor
    return Planner(set, live: live, prune: prune, adopt: adopt) {
      declaration, xml throws(Diagnostic) in
      switch declaration.kind {
      case .image: return try storage.differences(image: declaration)
      case .custom: return []
      case .net:
        let network = live.networks[declaration.name]
        let context = set.context(
          for: declaration, uuid: network?.uuid, hypervisor: hypervisor)
        return try NetworkXML.differences(
          declaration, context: context, live: xml, running: network?.running)
      case .domain:
        guard let domain = live.domains[declaration.name] else { return [] }
        let context = storage.context(
          for: declaration, uuid: domain.uuid, hypervisor: hypervisor)
        return try DomainXML.differences(
          declaration, context: context, live: xml, running: domain.running
        ).map(storage.labelled) + storage.differences(domain: declaration, live: domain)
      }
    }
  }
}

extension Plan {
  /// Names of the domains that it deletes.
  fileprivate var deletedDomains: [String] {
    changes.filter { $0.action == .delete && $0.kind == .domain }.map(\.name)
  }

  /// Notes of the deleted images why their content stays, and gives a warning of each.
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

extension Change {
  /// Whether it may delete something that overlays stand on.
  fileprivate var deletesVolumes: Bool { action == .delete && (kind == .domain || kind == .image) }
}

extension StoragePlan {
  /// The volumes that a plan replaces, with where messages about them point.
  fileprivate func pathsReplaced(by plan: Plan) -> [(path: String, span: Span)] {
    plan.changes.filter { $0.action == .update && $0.kind == .domain }.flatMap { change in
      (domains[change.name]?.drives ?? []).compactMap { drive in
        let isReplaced = change.properties.contains {
          $0.block == drive.name && $0.impact == .dataLoss
        }
        return isReplaced ? drive.own.map { ($0.path, drive.span) } : nil
      }
    }
  }
}
