import Libvirt
import VMScript

/// Domains that come.
extension Provisioner {
  /// Its storage, its definition, its start: each is found by the next run if this one ends before.
  func create(domain change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    try await provide(storageOf: change.name)
    let context = await context(for: declaration, uuid: nil)
    let wanted = set.wantedState(of: declaration)
    let storage = storage.domains[change.name]
    let stack = set.stack
    try await pool.run { connection in
      let base = try Self.source(of: declaration, storage, stack, connection)
      let xml = try DomainXML.render(declaration, context: context, onto: base)
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if wanted == .running { try domain.start() }
    }
    try await removeEarlierSeeds(of: change.name)
  }

  /// What a clone of a host's domain begins with; nil for every other domain.
  private static func source(
    of clone: Declaration, _ storage: DomainStorage?, _ stack: String, _ connection: Connection
  ) throws -> String? {
    guard case .host(let name) = clone.source else { return nil }
    let span = clone.sourceSpan ?? clone.nameSpan
    guard let source = try connection.domain(named: name) else {
      throw PlanMessages.missingSource(name, at: span)
    }
    let own = (storage?.drives ?? []).compactMap { drive in
      drive.own.map { own in
        (drive.target, XMLContext.Storage(path: own.path, format: own.format.rawValue))
      }
    }
    return try HostCloneXML.base(
      source.xml(inactive: true, secure: true), for: clone,
      storage: Dictionary(own) { first, _ in first }
    ) { position in
      Identity.mac(stack: stack, domain: clone.name, nic: "nic\(position + 1)")
    }
  }
}
