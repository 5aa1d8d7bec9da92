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
    try await pool.run { connection in
      let xml = try DomainXML.render(declaration, context: context, onto: nil)
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if wanted == .running { try domain.start() }
    }
    try await removeEarlierSeeds(of: change.name)
  }
}
