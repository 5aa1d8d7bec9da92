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
      try start(define(rendered(onto: nil), connection), connection)
      return []
    }
    let definition = try network.xml(inactive: true)
    var warnings: [Diagnostic] = []
    if try network.isActive(), !restarts {
      warnings = try change(network, definition)
    }
    try define(rendered(onto: definition), connection)
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
      guard
        try onOtherBridges(
          after: error,
          { attempt in
            guard let xml = try withBridge(attempt, network.xml(inactive: true)) else {
              return false
            }
            try connection.defineNetwork(xml: xml).start()
            return true
          })
      else { throw error }
    }
  }

  @discardableResult
  private func define(_ xml: String, _ connection: Connection) throws -> Network {
    do throws(LibvirtError) { return try connection.defineNetwork(xml: xml) } catch {
      var network: Network?
      guard
        try onOtherBridges(
          after: error,
          { attempt in
            guard let xml = try withBridge(attempt, xml) else { return false }
            network = try connection.defineNetwork(xml: xml)
            return true
          }), let network
      else { throw error }
      return network
    }
  }

  /// Tries other names for the network's bridge, as the one that it has may be taken.
  ///
  /// A libvirtd that fell while it started a network leaves the bridge behind, and the host may have
  /// a device of the name. What libvirt reports then differs from version to version, so any refusal
  /// is met with another name; one that has another cause is reported as it came first.
  ///
  /// - Parameter body: tries the bridge of an attempt; false where the name is not ours to choose.
  private func onOtherBridges(
    after error: LibvirtError, _ body: (_ attempt: Int) throws -> Bool
  ) throws -> Bool {
    guard !error.isConnectionLost else { return false }
    for attempt in 1...2 {
      do { return try body(attempt) } catch let other as LibvirtError {
        guard !other.isConnectionLost else { throw other }
      }
    }
    return false
  }

  /// The definition with another name for the bridge; nil where the script chose it, or where the
  /// network has none of its own.
  private func withBridge(_ attempt: Int, _ xml: String) throws(Diagnostic) -> String? {
    let root = try declaration.document(xml)
    guard declaration.body["bridge"] == nil, root.text(at: "forward/@mode") != "bridge" else {
      return nil
    }
    root.setText(
      Identity.bridge(stack: context.stack, net: declaration.name, attempt: attempt),
      at: "bridge/@name")
    return root.xmlString
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
