import VMScript
import VMScriptSyntax

/// Comparison of the present seeds with the declared ones.
extension StoragePlan {
  /// Reads the present seeds that differ from the declared ones, and decides the seed of each
  /// machine.
  ///
  /// A seed with the same content stays. If only settings differ that cloud-init applies at every
  /// boot, the machine keeps its instance id. Any other change makes a new instance.
  ///
  /// - Parameter content: reads the seed at a path of the host; nil if it is unreadable.
  mutating func compareSeeds(
    _ content: (_ path: String) async throws -> SeedContent?
  ) async throws {
    for (name, storage) in domains {
      guard let seed = storage.seed, let path = live.domains[name]?.seedPath else { continue }
      let isThere = live.storage.place(at: path) != nil
      if path == seed.path, isThere { continue }
      let compared: DomainSeed
      switch try await isThere ? content(path) : nil {
      case nil: compared = seed.following(isThere ? .unreadable : .missing)
      case let present?:
        let seed = seed.asEarlier(present)
        let changes = SeedContent(seed.files).map(present.changes) ?? []
        if changes.isEmpty, let kept = self.seed(at: path, saying: seed) {
          compared = kept
        } else {
          compared = seed.following(.read(instance: present.instance, changes))
        }
      }
      domains[name]?.seed = compared
    }
  }

  /// Returns the same seed under its present name.
  private func seed(at path: String, saying seed: DomainSeed) -> DomainSeed? {
    guard let place = live.storage.place(at: path), let name = place.volume.owned else {
      return nil
    }
    return DomainSeed(
      name: name, pool: place.pool, path: path, files: seed.files, span: seed.span)
  }

  /// Returns the keys in which a domain's seed differs from the declaration.
  func seedDifferences(
    _ seed: DomainSeed, of declaration: Declaration, _ domain: LiveDomain
  ) -> [PropertyDifference] {
    guard domain.seedPath != seed.path || live.storage.place(at: seed.path) == nil else {
      return []
    }
    let block = "cloud_init"
    /// The secret parts of the declaration are known, those of the present seed are not. A present
    /// value beside a secret one is masked too.
    func shown(_ change: SeedChange) -> Value? {
      if case .secret = change.from { return change.to }
      return change.to == nil ? nil : declaration.body.block(block)?[change.key] ?? change.to
    }
    func differences(_ changes: [SeedChange], _ consequence: String) -> [PropertyDifference] {
      let isSafe = changes.allSatisfy(\.isAppliedAtEveryBoot)
      return changes.map { change in
        PropertyDifference(
          block: block, name: change.key, from: change.from, to: shown(change),
          impact: isSafe ? .nextStart : .dataLoss,
          consequence: isSafe ? "at next start, without a new instance" : consequence)
      }
    }
    switch seed.earlier {
    case nil:
      let declared = SeedContent(seed.files).map(SeedContent.none.changes) ?? []
      return differences(declared, "at next start, as at a first boot: commands run")
    case .read(_, let changes) where !changes.isEmpty:
      return differences(
        changes,
        "at next start, as a new instance: first-boot commands run again, SSH host keys change")
    case .read, .unreadable, .missing:
      var present = "unreadable"
      if case .missing = seed.earlier { present = "missing" }
      return [
        PropertyDifference(
          block: block, name: "seed", from: .string(present), to: .string("made anew"),
          impact: .dataLoss,
          consequence:
            "at next start, first-boot commands may run again, SSH host keys may change")
      ]
    }
  }
}

extension LiveDomain {
  /// The path of the seed; nil if there is none.
  var seedPath: String? { facts.disks.first { $0.target == DriveBus.seedTarget }?.path }
}
