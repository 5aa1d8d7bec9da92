import Libvirt
import VMScript
import VMScriptPlan

/// The steps of networks.
extension Provisioner {
  func onNetwork(
    of change: Change, _ body: @escaping @Sendable (Network) throws -> Void
  ) async throws {
    let name = change.name
    try await pool.run { connection in
      guard let network = try connection.network(named: name) else { return }
      try body(network)
    }
  }

  /// Changes the entries of a running network; refused entries take effect at its next start.
  func change(_ entries: [NetworkEntryChange], of change: Change) async throws {
    guard let declaration = change.declaration else { return }
    let reports = reports
    try await onNetwork(of: change) { network in
      for entry in entries {
        do throws(LibvirtError) {
          try network.update(
            command: .init(entry.command), section: .init(entry.section), xml: entry.xml,
            live: true,
            config: false)
        } catch {
          guard !error.isConnectionLost else { throw error }
          reports.warn(
            UpdateMessages.notLive(network: entry.xml, of: declaration, reason: error.message))
        }
      }
    }
  }

  func define(_ definition: NetworkDefinition) async throws {
    let warnings = try await pool.run { connection in
      try definition.settlePatches(definition.define(on: connection))
    }
    warnings.forEach(reports.warn)
  }

  func start(_ definition: NetworkDefinition, autostart: Bool?) async throws {
    let name = definition.declaration.name
    try await StartFailure.explaining(.network(name), on: pool) {
      try await pool.run { connection in
        guard let network = try connection.network(named: name) else { return }
        if let autostart { try network.setAutostart(autostart) }
        if try !network.isActive() { try definition.start(network) }
      }
    }
  }

  /// Plugs guests into a network that was restarted.
  func plugGuests(into change: Change, hasNewSubnet: Bool) async throws {
    guard let declaration = change.declaration else { return }
    let guests = try await pool.run { try GuestPlug(network: declaration.name).plug($0) }
    for guest in guests {
      guard let failure = guest.failure else { continue }
      reports.warn(UpdateMessages.notPlugged(guest.name, into: declaration, reason: failure))
    }
    if hasNewSubnet, !guests.isEmpty {
      reports.warn(UpdateMessages.oldAddresses(guests.map(\.name), on: declaration))
    }
  }

  func delete(network name: String, _ uuid: String) async throws {
    try await pool.run { connection in
      guard let network = try connection.network(uuid: uuid), network.name == name else { return }
      let isPersistent = try network.isPersistent()
      if try network.isActive() { try network.destroy() }
      if isPersistent { try network.undefine() }
    }
  }
}

extension NetworkDefinition {
  /// Defines the network; blocks.
  fileprivate func define(on connection: Connection) throws -> Network {
    do throws(LibvirtError) { return try connection.defineNetwork(xml: xml) } catch {
      var network: Network?
      let isDone = try onOtherBridges(after: error) { attempt in
        guard let xml = try withBridge(attempt, xml) else { return false }
        network = try connection.defineNetwork(xml: xml)
        return true
      }
      guard isDone, let network else { throw error }
      return network
    }
  }

  /// Records in the mark how libvirt stored the `xml` blocks; blocks. A network is defined again,
  /// because libvirt changes the metadata of networks only since version 9.7.
  ///
  /// - Returns: warnings about parts that libvirt dropped.
  fileprivate func settlePatches(_ network: Network) throws -> [Diagnostic] {
    guard declaration.body.block("xml") != nil else { return [] }
    let root = declaration.kind.rootName
    let defined = try XMLElement.parse(network.xml(inactive: true), root: root)
    let settlement = try PatchSettlement(
      declaration, sent: .parse(xml, root: root), defined: defined)
    if settlement.mark != nil {
      try network.connection.defineNetwork(xml: defined.xmlString)
    }
    return settlement.warnings
  }

  /// Starts the network; blocks.
  fileprivate func start(_ network: Network) throws {
    do throws(LibvirtError) { try network.start() } catch {
      let isDone = try onOtherBridges(after: error) { attempt in
        guard let xml = try withBridge(attempt, network.xml(inactive: true)) else { return false }
        try network.connection.defineNetwork(xml: xml).start()
        return true
      }
      guard isDone else { throw error }
    }
  }

  /// Tries other names for the network's bridge, because the current one may be taken.
  ///
  /// A libvirtd that crashed while it started a network leaves the bridge behind, and the host may have
  /// a device with the name. libvirt's error then depends on its version, so any error leads to another
  /// attempt. If no attempt succeeds, the caller reports the first error.
  ///
  /// - Parameter body: tries the bridge of an attempt; returns false if the name must not change.
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

  /// Returns the definition with another name for the bridge; nil if the script chose the name, or if
  /// the network has no bridge of its own.
  private func withBridge(_ attempt: Int, _ xml: String) throws(MalformedXML) -> String? {
    let root = try XMLElement.parse(xml, root: "network")
    guard declaration.body["bridge"] == nil, root.text(at: "forward/@mode") != "bridge" else {
      return nil
    }
    root.setText(
      Identity.bridge(stack: stack, net: declaration.name, attempt: attempt), at: "bridge/@name")
    return root.xmlString
  }
}

extension Network.UpdateCommand {
  init(_ command: NetworkEntryChange.Command) {
    self =
      switch command {
      case .delete: .delete
      case .addLast: .addLast
      }
  }
}

extension Network.UpdateSection {
  init(_ part: NetworkEntryChange.Part) {
    self =
      switch part {
      case .dhcpHost: .dhcpHost
      case .dhcpRange: .dhcpRange
      case .dnsHost: .dnsHost
      case .dnsText: .dnsText
      case .dnsService: .dnsService
      }
  }
}

/// Plugs running guests into a network that was restarted.
///
/// libvirt does not reconnect their taps. One update moves an interface to the network's bridge by
/// name, and another one moves it back to the network. libvirt then connects the tap, and the guest
/// keeps its device.
struct GuestPlug {
  let network: String

  /// A guest on the network, with the reason if it could not be plugged in.
  struct Guest: Sendable {
    let name: String
    let failure: String?
  }

  /// Plugs in the interfaces that have no port; blocks.
  ///
  /// - Returns: the guests with such an interface.
  func plug(_ connection: Connection) throws -> [Guest] {
    guard let live = try connection.network(named: network), try live.isActive(),
      let ports = try Self.ports(of: live),
      let bridge = try XMLElement.parse(live.xml(), root: "network").text(at: "bridge/@name")
    else { return [] }
    return try connection.domains().compactMap { domain in
      try LiveReader.unlessGone(.noDomain) { try plug(domain, bridge, ports) } ?? nil
    }
  }

  private func plug(_ domain: Domain, _ bridge: String, _ ports: Set<String>) throws -> Guest? {
    guard try domain.isActive() else { return nil }
    let definition = try domain.xml()
    let devices: XMLElement?
    do throws(MalformedXML) {
      devices = try XMLElement.parse(definition, root: "domain").first("devices")
    } catch {
      let object = ObjectIdentity(domain).unreadable(error.description, [definition])
      return object.values?.contains(network) == true
        ? Guest(name: domain.name, failure: object.note) : nil
    }
    let unplugged = NetworkPort.all(in: devices).filter { port in
      port.network == network && !ports.contains(port.id)
    }
    guard !unplugged.isEmpty else { return nil }
    do throws(LibvirtError) {
      for port in unplugged {
        for source in [("bridge", bridge), ("network", network)] {
          let element = port.interface.copy()
          element["type"] = source.0
          element.remove("source")
          element.add("source")[source.0] = source.1
          try domain.updateDevice(xml: element.xmlString, live: true, config: false)
        }
      }
      return Guest(name: domain.name, failure: nil)
    } catch {
      guard !error.isConnectionLost, error.code != .noDomain else { throw error }
      return Guest(name: domain.name, failure: error.message)
    }
  }

  /// Returns the ports of a network; nil if the driver has none.
  static func ports(of network: Network) throws(LibvirtError) -> Set<String>? {
    do throws(LibvirtError) { return try network.ports() } catch {
      guard error.code == .noSupport else { throw error }
      return nil
    }
  }
}
