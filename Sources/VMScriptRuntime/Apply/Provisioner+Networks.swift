import Libvirt
import VMScript

/// Networks: defined in place, started, removed.
extension Provisioner {
  /// Defined in place, onto what is there, then started: the definition is the commit record.
  func bring(network change: Change) async throws {
    guard let declaration = declaration(of: change) else { return }
    let (set, hypervisor) = (set, hypervisor)
    try await pool.run { connection in
      let live = try connection.network(named: change.name)
      let xml = try NetworkXML.render(
        declaration,
        context: set.context(for: declaration, uuid: live?.uuid, hypervisor: hypervisor),
        onto: live?.xml(inactive: true))
      let network = try connection.defineNetwork(xml: xml)
      if case .bool(let autostart) = declaration.body["autostart"] {
        try network.setAutostart(autostart)
      }
      if change.impact == .restart, try network.isActive() { try network.destroy() }
      if try !network.isActive() { try network.start() }
    }
  }

  func delete(network name: String) async throws {
    let uuid = Identity.uuid(stack: set.stack, kind: .net, name: name)
    try await pool.run { connection in
      guard let network = try connection.network(uuid: uuid), network.name == name else { return }
      if try network.isActive() { try network.destroy() }
      try network.undefine()
    }
  }
}
