import Libvirt
import VMScript
import VMScriptSyntax

/// Applies one change. Each is idempotent: what a killed run left half done is brought to its end.
struct Provisioner: Sendable {
  let pool: ConnectionPool
  let set: DeclarationSet
  let hypervisor: String

  func apply(_ change: Change) async throws(Diagnostic) {
    let doing = "to \(change.action.rawValue) the \(change.kind.rawValue) `\(change.name)`"
    do {
      switch (change.action, change.kind) {
      case (.delete, .net): try await deleteNetwork(change.name)
      case (.delete, .domain): try await deleteDomain(change.name)
      case (.create, .net), (.update, .net): try await bring(network: change)
      case (.create, .domain), (.update, .domain): try await bring(domain: change)
      case (_, .image), (.replace, _):
        throw HostMessages.notProvisioned(change.kind.rawValue, at: change.span)
      }
    } catch { throw HostMessages.diagnostic(error, doing, at: change.span) }
  }

  private func declaration(of change: Change) throws -> Declaration {
    guard
      let found = set.declarations.first(where: {
        $0.kind == change.kind && $0.name == change.name
      })
    else { throw HostMessages.notProvisioned(change.kind.rawValue, at: change.span) }
    return found
  }

  /// Defined in place, onto what is there, then started: the definition is the commit record.
  private func bring(network change: Change) async throws {
    let declaration = try declaration(of: change)
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

  private func bring(domain change: Change) async throws {
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

  /// Whose it is, is looked at again: much may have happened since the plan.
  private func deleteDomain(_ name: String) async throws {
    let ownership = Ownership(stack: set.stack)
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name),
        try ownership.owns(LiveDomain(domain))
      else { return }
      if try domain.isActive() { try domain.destroy() }
      try domain.undefine()
    }
  }

  private func deleteNetwork(_ name: String) async throws {
    let uuid = Identity.uuid(stack: set.stack, kind: .net, name: name)
    try await pool.run { connection in
      guard let network = try connection.network(uuid: uuid), network.name == name else { return }
      if try network.isActive() { try network.destroy() }
      try network.undefine()
    }
  }
}
