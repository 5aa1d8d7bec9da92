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
    let (plan, diagnostics) = planner(set, live, storage, prune: prune).plan()
    let deleted = plan.changes.filter { $0.action == .delete && $0.kind == .domain }.map(\.name)
    let found =
      storage.diagnostics + diagnostics
      + storage.volumes.refusals(toDelete: deleted, of: live.domains)
      + storage.warnings()
    return Outcome(plan: plan, storage: storage, diagnostics: Self.eachOnce(found))
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
    let live = try await LiveReader(pool: pool).read()
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
