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
    let storage = storage
    let interfaces = wanted == .running ? declaration.interfaces(stack: set.stack) : []
    let earlier = try await boot.earlierLeases(
      of: interfaces.map(\.mac), on: Set(interfaces.compactMap(\.network)), pool)
    let (uuid, warnings) = try await pool.run { connection in
      let base = try Self.source(of: declaration, storage, connection)
      let xml = try DomainXML.render(declaration, context: context, onto: base)
      let domain = try connection.defineDomain(xml: xml)
      let warnings = try domain.settlePatches(of: declaration, sent: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if wanted == .running { try domain.start() }
      return (domain.uuid, warnings)
    }
    boot.notes[uuid] = earlier
    warnings.forEach(warn)
    try await removeEarlierSeeds(of: change.name)
  }

  /// What a clone of a host's domain begins with; nil for every other domain.
  private static func source(
    of clone: Declaration, _ storage: StoragePlan, _ connection: Connection
  ) throws -> String? {
    guard case .host(let name) = clone.source else { return nil }
    guard let source = try connection.domain(named: name) else {
      throw PlanMessages.missingSource(name, at: clone.sourceSpan ?? clone.nameSpan)
    }
    return try storage.base(ofClone: clone, source: source.xml(inactive: true, secure: true))
  }
}
