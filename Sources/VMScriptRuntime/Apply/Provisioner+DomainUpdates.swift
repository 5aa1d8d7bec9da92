import Libvirt
import VMScript

/// Domains that exist and are not as declared.
extension Provisioner {
  /// Defined in place, onto what is there; then what the definition does not hold.
  func update(domain change: Change) async throws {
    let declaration = try declaration(of: change)
    let (set, hypervisor) = (set, hypervisor)
    let wanted = set.wantedState(of: declaration)
    try await pool.run { connection in
      let live = try connection.domain(named: change.name)
      let xml = try DomainXML.render(
        declaration,
        context: set.context(for: declaration, uuid: live?.uuid, hypervisor: hypervisor),
        onto: live?.xml(inactive: true, secure: true))
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      let changesState = change.properties.contains { $0.name == "state" }
      let isActive = try domain.isActive()
      if wanted == .running, !isActive { try domain.start() }
      if wanted == .stopped, isActive, changesState { try domain.shutdown() }
    }
  }
}
