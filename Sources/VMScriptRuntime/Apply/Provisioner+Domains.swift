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

/// Deletes domains with everything that the stack made for them.
struct DomainDeletion: Sendable {
  let pool: ConnectionPool
  let store: VolumeStore
  let stack: String

  /// Deletes a domain if the stack owns it; one that is gone leaves its volumes to be removed.
  ///
  /// Its volumes go first, so that the definition shows an unfinished deletion. Whose it is, is looked
  /// at again: much may have happened since the plan.
  ///
  /// - Parameter volumes: those that the stack made for it, and that nobody else uses or is about to.
  /// - Returns: whether it is gone; false for a domain of others.
  @discardableResult
  func delete(_ name: String, with volumes: [VolumeReference]) async throws -> Bool {
    let stack = stack
    let found = try await pool.run { connection -> (uuid: String, isForeign: Bool)? in
      guard let domain = try Self.domain(name, of: stack, connection) else { return nil }
      return try LiveReader.unlessGone(.noDomain) {
        guard try Ownership(stack: stack).owns(LiveDomain(domain)) else {
          return (domain.uuid, true)
        }
        if try domain.isActive() { try domain.destroy() }
        return (domain.uuid, false)
      } ?? nil
    }
    let isForeign = found?.isForeign ?? false
    // A domain of others may have taken the name of one that is gone; what was made for the latter
    // goes, unless somebody uses it.
    for volume in volumes {
      if found == nil || isForeign {
        try await store.remove(volume.name, pool: volume.pool)
      } else {
        try await store.delete(volume.name, pool: volume.pool)
      }
    }
    guard let found, !isForeign else { return !isForeign }
    try await pool.run { connection in
      guard let domain = try connection.domain(uuid: found.uuid) else { return }
      _ = try LiveReader.unlessGone(.noDomain) { try domain.undefine() }
    }
    return true
  }

  /// The domain that the stack made under a name, whatever it is called now; else the one of that name.
  private static func domain(
    _ name: String, of stack: String, _ connection: Connection
  ) throws(LibvirtError) -> Domain? {
    let uuid = Identity.uuid(stack: stack, kind: .domain, name: name)
    if let domain = try connection.domain(uuid: uuid) { return domain }
    return try connection.domain(named: name)
  }
}

extension StackOrigin {
  /// Records it in the mark of a machine of the stack that has another one, running and stored; blocks.
  ///
  /// A machine whose definition cannot be read has no mark that could be written.
  func record(in domain: Domain, of stack: String) throws {
    let isPersistent = try domain.isPersistent()
    let definition = try domain.xml(inactive: isPersistent)
    let root: XMLElement
    do throws(MalformedXML) { root = try XMLElement.parse(definition, root: "domain") } catch {
      return
    }
    guard let mark = DomainMetadata.bareMark(in: root), mark["stack"] == stack,
      let recorded = StackOrigin(mark: mark), recorded != self
    else { return }
    write(to: mark)
    try domain.setMetadata(
      mark.xmlString, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix,
      live: domain.isActive(), config: isPersistent)
  }

  /// Records it in the mark of a stored network that has another one; blocks.
  ///
  /// libvirt changes the metadata of networks from 9.7 on only, but keeps what a definition says.
  func record(in network: Network, on connection: Connection) throws {
    guard try network.isPersistent() else { return }
    let root = try XMLElement.parse(network.xml(inactive: true), root: "network")
    guard let mark = DomainMetadata.mark(in: root), let recorded = StackOrigin(mark: mark),
      recorded != self
    else { return }
    write(to: mark)
    _ = try connection.defineNetwork(xml: root.xmlString)
  }
}
