import Libvirt
import VMScript

/// Domains that come and go.
extension Provisioner {
  /// Defined, then started: the definition is the commit record.
  func create(domain change: Change) async throws {
    let declaration = try declaration(of: change)
    let (set, hypervisor) = (set, hypervisor)
    let wanted = set.wantedState(of: declaration)
    try await pool.run { connection in
      let xml = try DomainXML.render(
        declaration, context: set.context(for: declaration, uuid: nil, hypervisor: hypervisor),
        onto: nil)
      let domain = try connection.defineDomain(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try domain.setAutostart(autostart)
      }
      if wanted == .running { try domain.start() }
    }
  }

  /// Whose it is, is looked at again: much may have happened since the plan.
  func deleteDomain(_ name: String) async throws {
    let ownership = Ownership(stack: set.stack)
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name),
        try ownership.owns(LiveDomain(domain))
      else { return }
      if try domain.isActive() { try domain.destroy() }
      try domain.undefine()
    }
  }
}
