import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The steps of domains.
extension Provisioner {
  /// Makes calls on the domain of a change.
  @discardableResult
  func onDomain<T: Sendable>(
    of change: Change, _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    try await targets.with(change.name, change.place, body)
  }

  /// Defines a domain; a new one is started by the same calls.
  func define(_ definition: DomainDefinition) async throws {
    let paths = await published.paths
    let declaration = definition.declaration
    let interfaces = definition.starts ? declaration.interfaces(stack: stack) : []
    let earlier = try await boot.earlierLeases(
      of: interfaces.map(\.mac), on: Set(interfaces.compactMap(\.network)), pool)
    let (uuid, warnings) = try await pool.run { connection in
      let wanted = try definition.element(published: paths)
      let domain = try connection.defineDomain(xml: wanted.xmlString)
      let warnings = try domain.settlePatches(of: declaration, sent: wanted)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if definition.starts { try domain.start() }
      return (domain.uuid, warnings)
    }
    if definition.starts { boot.notes[uuid] = earlier }
    warnings.forEach(warn)
  }

  func rename(
    _ uuid: String, from name: String, to change: Change, shutsDown: Bool
  ) async throws {
    if shutsDown { try await shutDown(name, at: change.place) }
    let (wanted, span) = (change.name, change.place)
    try await pool.run { connection in
      guard let domain = try connection.domain(uuid: uuid) else {
        throw HostMessages.missing(name, at: span)
      }
      if domain.name != wanted { try domain.rename(to: wanted) }
    }
  }

  func shutDown(_ name: String, at span: Span) async throws {
    progress(.waiting("shutdown of \(name)"))
    try await Shutdown(targets: targets, name: name, span: span).perform()
  }

  // MARK: While it runs

  /// Changes a machine that runs. A volume goes once the guest has let go of its device.
  func change(_ machine: MachineChange, of change: Change) async throws {
    guard let declaration = change.declaration else { return }
    let outcome = try await onDomain(of: change) { try Self.perform(machine.steps, on: $0) }
    for (step, reason) in outcome.refusals {
      warn(UpdateMessages.notLive(step.path, of: declaration, reason: reason))
    }
    let staying = try await letGo(of: outcome.leaving, change, declaration)
    // Volumes go before the definition, which shows what is unfinished.
    for (device, volume) in machine.volumes where !staying.contains(device) {
      try await store.delete(volume.name, pool: volume.pool)
    }
  }

  /// A device that the guest was asked to let go of.
  private struct Leaving: Sendable {
    /// libvirt's name of it, such as `virtio-disk1`.
    let alias: String
    /// The block that it was.
    let device: DeviceName
    /// Why it could not be asked. It may go all the same: an earlier run, which was cut short, may
    /// have asked.
    let refusal: String?
  }

  /// Changes the machine; what it refuses takes effect at its next start. Blocks.
  private static func perform(
    _ steps: [LiveStep], on domain: Domain
  ) throws -> (refusals: [(LiveStep, String)], leaving: [Leaving]) {
    var refusals: [(LiveStep, String)] = []
    var leaving: [Leaving] = []
    for step in steps {
      var refusal: String?
      do throws(LibvirtError) { try step.apply(to: domain) } catch {
        guard !error.isConnectionLost, error.code != .noDomain else { throw error }
        refusal = error.message
      }
      if case .detach(let device, let alias?, _) = step {
        leaving.append(Leaving(alias: alias, device: device, refusal: refusal))
      } else if let refusal {
        refusals.append((step, refusal))
      }
    }
    return (refusals, leaving)
  }

  /// Waits, for a short while, until the guest has let go of devices.
  ///
  /// - Returns: those that it keeps.
  private func letGo(
    of leaving: [Leaving], _ change: Change, _ declaration: Declaration
  ) async throws -> Set<DeviceName> {
    guard !leaving.isEmpty else { return [] }
    let (name, span, targets) = (change.name, change.place, targets)
    let deadline = ContinuousClock.now + .seconds(15)
    let news = try await DomainNews(of: [name], pool: pool)
    defer { news.close() }
    @Sendable func staying() async throws -> [Leaving] {
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
      let path = device.device.path
      warn(
        device.refusal.map { UpdateMessages.notLive(path, of: declaration, reason: $0) }
          ?? UpdateMessages.heldDevice(path, of: declaration))
    }
    return Set(held.map(\.device))
  }
}

extension Domain {
  /// Notes in the mark what libvirt made of `xml` blocks that a definition brought; blocks.
  ///
  /// - Returns: warnings of what it dropped.
  fileprivate func settlePatches(
    of declaration: Declaration, sent: XMLElement
  ) throws -> [Diagnostic] {
    guard declaration.body.block("xml") != nil else { return [] }
    let defined = try XMLElement.parse(xml(inactive: true, secure: true), root: "domain")
    let settlement = try PatchSettlement(declaration, sent: sent, defined: defined)
    if let mark = settlement.mark {
      try setMetadata(
        mark, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix, live: false,
        config: true)
    }
    return settlement.warnings
  }
}

extension LiveStep {
  /// Changes the running machine alone; blocks.
  fileprivate func apply(to domain: Domain) throws(LibvirtError) {
    switch self {
    case .detach(_, _, let xml): try domain.detachDevice(xml: xml, live: true, config: false)
    case .update(_, let xml): try domain.updateDevice(xml: xml, live: true, config: false)
    case .throttle(_, let target, let limits):
      try domain.setBlockIOTune(limits, of: target, live: true, config: false)
    case .attach(_, let xml): try domain.attachDevice(xml: xml, live: true, config: false)
    case .memory(let kibibytes):
      try domain.setMemory(kibibytes: UInt(clamping: kibibytes), live: true, config: false)
    case .processors(let count):
      try domain.setCPUs(Int(clamping: count), live: true, config: false)
    case .title(let text): try domain.setTitle(text, live: true, config: false)
    case .description(let text): try domain.setDescription(text, live: true, config: false)
    case .mark(let xml):
      try domain.setMetadata(
        xml, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix, live: true,
        config: false)
    }
  }
}
