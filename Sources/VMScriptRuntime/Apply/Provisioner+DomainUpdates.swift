import Libvirt
import VMScript
import VMScriptSyntax

/// Domains that exist and are not as declared.
extension Provisioner {
  /// Its storage; the machine as it runs; its definition in place; then what that does not hold.
  func update(domain change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    let name = change.name
    try await takeName(of: declaration)
    if change.properties.contains(where: { $0.path == PropertyDifference.savedState }) {
      try await targets.with(name, declaration.nameSpan) { domain in
        if try domain.hasSavedState() { try domain.dropManagedSave() }
      }
    } else if change.bringsBack {
      // It comes back as it was saved. What can change while it runs is changed then.
      try await targets.with(name, declaration.nameSpan) { domain in
        if try domain.hasSavedState() {
          try PowerVerb.start.perform(on: domain, at: declaration.nameSpan)
        }
      }
    }
    try await bringStorage(of: declaration, change)
    let context = await context(
      for: declaration, uuid: storage.live.domains[name]?.uuid)
    let update = DomainUpdate(
      declaration: declaration, context: context, properties: change.properties)
    let span = declaration.nameSpan
    let outcome = try await targets.with(name, span) { try update.changeRunning($0) }
    outcome.refusals.forEach(warn)
    let staying = try await letGo(of: outcome.leaving, declaration)
    // Volumes go before the definition, which shows what is unfinished.
    for volume in outcome.volumes where !staying.contains(volume.device) {
      guard let place = storage.live.storage.place(at: volume.path) else { continue }
      try await store.delete(place.volume.name, pool: place.pool)
    }
    try await targets.with(name, span) { try update.define($0) }.forEach(warn)
    let isInUse = try await bringToState(change, declaration)
    if !isInUse { try await removeEarlierSeeds(of: name) }
  }

  /// Renames a domain of the stack that was renamed on the host; a running guest shuts down first.
  private func takeName(of declaration: Declaration) async throws {
    let name = declaration.name
    guard let live = storage.live.domains[name], live.name != name else { return }
    if live.running != nil {
      progress(.waiting("shutdown of \(live.name)"))
      try await Shutdown(targets: targets, name: live.name, span: declaration.nameSpan).perform()
    }
    try await pool.run { connection in
      guard let domain = try connection.domain(uuid: live.uuid) else {
        throw HostMessages.missing(live.name, at: declaration.nameSpan)
      }
      if domain.name != name { try domain.rename(to: name) }
    }
  }

  /// Waits, for a short while, until the guest has let go of devices; gives those that it keeps.
  private func letGo(
    of leaving: [DomainUpdate.Leaving], _ declaration: Declaration
  ) async throws -> Set<DeviceName> {
    guard !leaving.isEmpty else { return [] }
    let (name, span, targets) = (declaration.name, declaration.nameSpan, targets)
    let deadline = ContinuousClock.now + .seconds(15)
    let news = try await DomainNews(of: [name], pool: pool)
    defer { news.close() }
    @Sendable func staying() async throws -> [DomainUpdate.Leaving] {
      let present = try await targets.with(name, span) { domain in
        try domain.isActive() ? DomainFacts.deviceAliases(xml: domain.xml()) : []
      }
      return leaving.filter { present.contains($0.alias) }
    }
    let isHeld = try await Awaiting.until(deadline, news: news.of(name)) {
      try await staying().isEmpty ? nil : ""
    }
    guard isHeld != nil else { return [] }
    let held = try await staying()
    for device in held {
      warn(
        device.refusal.map {
          UpdateMessages.notLive(device.device.path, of: declaration, reason: $0)
        }
          ?? UpdateMessages.heldDevice(device.device.path, of: declaration))
    }
    return Set(held.map(\.device))
  }

  /// Starts it or shuts it down; gives whether a machine that runs, or a saved one, needs its files.
  private func bringToState(_ change: Change, _ declaration: Declaration) async throws -> Bool {
    let (name, span) = (declaration.name, declaration.nameSpan)
    let changesState = change.properties.contains { $0.live == .power }
    let wanted = set.wantedState(of: declaration)
    if wanted == .running {
      // A paused guest stays paused: a verb may have paused it.
      let starts = try await targets.with(name, span) { try changesState || !$0.isActive() }
      if starts { try await start(declaration) }
    } else if changesState {
      progress(.waiting("shutdown of \(name)"))
      try await Shutdown(targets: targets, name: name, span: span).perform()
    }
    return try await targets.with(name, span) { try $0.isActive() || $0.hasSavedState() }
  }
}

extension Change {
  /// Whether it starts a domain from its saved state.
  fileprivate var bringsBack: Bool {
    properties.contains { $0.path == "state" && $0.from == .string(PropertyDifference.saved) }
  }
}
