import Libvirt
import VMScript

/// Domains that exist and are not as declared.
extension Provisioner {
  /// Its storage, its definition in place, then what the definition does not hold.
  func update(domain change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    let uuid = storage.live.domains[change.name]?.uuid
    try await bringStorage(of: declaration, change)
    let context = await context(for: declaration, uuid: uuid)
    let wanted = set.wantedState(of: declaration)
    let isActive = try await pool.run { connection in
      let live = try connection.domain(named: change.name)
      let xml = try DomainXML.render(
        declaration, context: context, onto: live?.xml(inactive: true, secure: true))
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      let changesState = change.properties.contains { $0.name == "state" }
      let isActive = try domain.isActive()
      if wanted == .running, !isActive { try domain.start() }
      if wanted == .stopped, isActive, changesState { try domain.shutdown() }
      return isActive
    }
    if !isActive { try await removeEarlierSeeds(of: change.name) }
  }
}
