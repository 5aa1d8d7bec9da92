import Libvirt
import VMScript
import VMScriptSyntax

/// Brings a network to what is declared: entries as it runs, everything else by a restart.
///
/// It is defined before it is restarted; as the running network is compared too, a restart that did
/// not come is found by the next run, and so are guests that were not plugged in again.
struct NetworkUpdate {
  let declaration: Declaration
  let context: XMLContext
  /// Whether a change needs it, and a yes was given.
  let restarts: Bool

  /// Makes the changes; blocks.
  ///
  /// - Returns: warnings about what libvirt refused.
  func apply(_ connection: Connection) throws -> [Diagnostic] {
    guard let network = try connection.network(named: declaration.name) else {
      try start(connection.defineNetwork(xml: rendered(onto: nil)), connection)
      return []
    }
    let definition = try network.xml(inactive: true)
    var warnings: [Diagnostic] = []
    if try network.isActive(), !restarts {
      warnings = try change(network, definition)
    }
    try connection.defineNetwork(xml: rendered(onto: definition))
    if try network.isActive(), restarts { try network.destroy() }
    try start(network, connection)
    return warnings
  }

  private func rendered(onto base: String?) throws(Diagnostic) -> String {
    try NetworkXML.render(declaration, context: context, onto: base)
  }

  private func start(_ network: Network, _ connection: Connection) throws {
    if case .bool(let autostart) = declaration.body["autostart"] {
      try network.setAutostart(autostart)
    }
    guard try !network.isActive() else { return }
    do throws(LibvirtError) { try network.start() } catch {
      guard error.code == .systemError, try takeFreeBridge(network, connection) else { throw error }
      try network.start()
    }
  }

  /// Has libvirt choose another name for the network's bridge; false where the script chose it.
  ///
  /// A libvirtd that falls while it starts a network leaves the bridge behind, and a network cannot
  /// be started on a bridge that is there already.
  private func takeFreeBridge(_ network: Network, _ connection: Connection) throws -> Bool {
    guard declaration.body["bridge"] == nil else { return false }
    let definition = try declaration.document(network.xml(inactive: true))
    guard let bridge = definition.first("bridge"), bridge["name"] != nil else { return false }
    bridge["name"] = nil
    try connection.defineNetwork(xml: definition.xmlString)
    return true
  }

  private func change(_ network: Network, _ definition: String) throws -> [Diagnostic] {
    let changes = try NetworkXML.liveChanges(
      declaration, context: context, definition: definition, running: network.xml())
    return try changes.compactMap { change in
      do throws(LibvirtError) {
        try network.update(
          command: change.command, section: change.section, xml: change.xml, live: true,
          config: false)
        return nil
      } catch {
        guard !error.isConnectionLost else { throw error }
        return UpdateMessages.notLive(
          network: change.xml, of: declaration, reason: error.message)
      }
    }
  }
}
