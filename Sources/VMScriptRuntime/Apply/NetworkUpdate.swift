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
      try start(connection.defineNetwork(xml: rendered(onto: nil)))
      return []
    }
    let definition = try network.xml(inactive: true)
    var warnings: [Diagnostic] = []
    if try network.isActive(), !restarts {
      warnings = try change(network, definition)
    }
    try connection.defineNetwork(xml: rendered(onto: definition))
    if try network.isActive(), restarts { try network.destroy() }
    try start(network)
    return warnings
  }

  private func rendered(onto base: String?) throws(Diagnostic) -> String {
    try NetworkXML.render(declaration, context: context, onto: base)
  }

  private func start(_ network: Network) throws {
    if case .bool(let autostart) = declaration.body["autostart"] {
      try network.setAutostart(autostart)
    }
    if try !network.isActive() { try network.start() }
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
