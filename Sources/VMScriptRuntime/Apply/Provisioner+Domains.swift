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

  /// Defines a domain, and starts a new one.
  func define(_ definition: DomainDefinition) async throws {
    let paths = await published.paths
    let declaration = definition.declaration
    let interfaces = definition.starts ? declaration.interfaces(stack: stack) : []
    let earlier = try await boot.earlierLeases(
      of: interfaces.map(\.mac), on: Set(interfaces.compactMap(\.network)), pool)
    let document = StartFailure.Subject.document { try definition.element(published: paths) }
    let (uuid, warnings) = try await StartFailure.explaining(document, on: pool) {
      try await pool.run { connection in
        let wanted = try definition.element(published: paths)
        let domain = try connection.defineDomain(xml: wanted.xmlString)
        let warnings = try domain.settlePatches(of: declaration, sent: wanted)
        if case .bool(let autostart) = declaration.body["autostart"] {
          try domain.setAutostart(autostart)
        }
        if definition.starts { try domain.start() }
        return (domain.uuid, warnings)
      }
    }
    if definition.starts { boot.notes[uuid] = earlier }
    warnings.forEach(reports.warn)
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
    reports.progress(.waiting("the shutdown of \(name)"))
    try await Shutdown(targets: targets, name: name, span: span).perform()
  }

  // MARK: While it runs

  /// Changes a running machine. Deletes a volume once the guest has released its device.
  func change(_ machine: MachineChange, of change: Change) async throws {
    guard let declaration = change.declaration else { return }
    let outcome = try await onDomain(of: change) { try Self.perform(machine.steps, on: $0) }
    for (step, reason) in outcome.refusals {
      reports.warn(UpdateMessages.notLive(step.path, of: declaration, reason: reason))
    }
    let staying = try await awaitRelease(of: outcome.leaving, change, declaration)
    // Volumes go before the definition, which shows an unfinished change.
    for (device, volume) in machine.volumes where !staying.contains(device) {
      try await store.delete(volume.name, pool: volume.pool)
    }
  }

  /// A device that the guest was asked to release.
  private struct DetachedDevice: Sendable {
    /// libvirt's alias of the device, such as `virtio-disk1`.
    let alias: String
    /// The block that declared it.
    let device: DeviceName
    /// The error of the request. The guest may release the device anyway, because an interrupted run
    /// may have asked before.
    let refusal: String?
  }

  /// Changes the machine; refused changes take effect at its next start. Blocks.
  private static func perform(
    _ steps: [LiveStep], on domain: Domain
  ) throws -> (refusals: [(LiveStep, String)], leaving: [DetachedDevice]) {
    var refusals: [(LiveStep, String)] = []
    var leaving: [DetachedDevice] = []
    for step in steps {
      var refusal: String?
      do throws(LibvirtError) { try step.apply(to: domain) } catch {
        guard !error.isConnectionLost, error.code != .noDomain else { throw error }
        refusal = error.message
      }
      if case .detach(let device, let alias?, _) = step {
        leaving.append(DetachedDevice(alias: alias, device: device, refusal: refusal))
      } else if let refusal {
        refusals.append((step, refusal))
      }
    }
    return (refusals, leaving)
  }

  /// Waits briefly until the guest has released devices.
  ///
  /// - Returns: the devices that it keeps.
  private func awaitRelease(
    of leaving: [DetachedDevice], _ change: Change, _ declaration: Declaration
  ) async throws -> Set<DeviceName> {
    guard !leaving.isEmpty else { return [] }
    let (name, span, targets) = (change.name, change.place, targets)
    let deadline = ContinuousClock.now + .seconds(15)
    let news = try await DomainNews(of: [name], pool: pool)
    defer { news.close() }
    @Sendable func staying() async throws -> [DetachedDevice] {
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
      reports.warn(
        device.refusal.map { UpdateMessages.notLive(path, of: declaration, reason: $0) }
          ?? UpdateMessages.heldDevice(path, of: declaration))
    }
    return Set(held.map(\.device))
  }
}

extension Domain {
  /// Records in the mark how libvirt stored the `xml` blocks of a definition; blocks.
  ///
  /// - Returns: warnings about parts that libvirt dropped.
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
  /// Changes the running machine but not its definition; blocks.
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

/// A deletion of domains with everything that the stack created for them.
struct DomainDeletion: Sendable {
  let pool: ConnectionPool
  let store: VolumeStore
  let stack: String

  /// Deletes a domain if the stack owns it; removes only the volumes of a domain that is gone.
  ///
  /// The volumes go first, so that the definition shows an unfinished deletion. The ownership is checked
  /// again, because it may have changed since the plan.
  ///
  /// - Parameter volumes: the volumes that the stack created for the domain and that nothing else uses.
  /// - Returns: whether the domain is gone; false if the stack does not own it.
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
    // Another domain may have taken the name of one that is gone. The volumes of the latter are
    // removed unless they are used.
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

  /// Returns the domain that the stack created under a name, even if it was renamed; else the domain
  /// with that name.
  private static func domain(
    _ name: String, of stack: String, _ connection: Connection
  ) throws -> Domain? {
    let ownership = Ownership(stack: stack)
    let uuid = Identity.uuid(stack: stack, kind: .domain, name: name)
    // A domain that `moved` renamed keeps the UUID of its first name.
    if let domain = try connection.domain(uuid: uuid), try ownership.madeName(of: domain) == name {
      return domain
    }
    if let domain = try connection.domain(named: name) { return domain }
    // Somebody renamed a domain that `moved` had renamed before.
    return try connection.domains().first { domain in
      try LiveReader.unlessGone(.noDomain) { try ownership.madeName(of: domain) == name } ?? false
    }
  }
}

extension Ownership {
  /// Returns the name under which the stack knows a domain of the host, even if its definition cannot
  /// be read; nil for a foreign domain.
  fileprivate func madeName(of domain: Domain) throws -> String? {
    do {
      return madeName(of: try LiveDomain(domain))
    } catch is MalformedXML {
      let isMade = domain.uuid == Identity.uuid(stack: stack, kind: .domain, name: domain.name)
      return isMade ? domain.name : nil
    }
  }
}

extension StackOrigin {
  /// Records the origin in the running and stored mark of a machine of the stack with another origin;
  /// blocks.
  ///
  /// Skips a machine whose definition cannot be read.
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

  /// Records the origin in the mark of a stored network with another origin; blocks.
  ///
  /// libvirt before 9.7 cannot change the metadata of networks, so the network is defined again.
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
