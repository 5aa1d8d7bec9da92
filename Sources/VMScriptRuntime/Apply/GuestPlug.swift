import Libvirt
import VMScript
import VMScriptPlan

/// Plugs running guests into a network that was restarted under them.
///
/// libvirt leaves their taps alone then. An update that takes an interface to the network's bridge
/// by name and another one that takes it back to the network make it plug the tap in, and leave the
/// guest's device as it was.
struct GuestPlug {
  let network: String

  /// A guest that is on the network, and what went wrong if it could not be plugged in.
  struct Guest: Sendable {
    let name: String
    let failure: String?
  }

  /// Plugs in the interfaces that have no port; blocks.
  ///
  /// - Returns: the guests that had one.
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

  /// The ports of a network; nil where the driver has none.
  static func ports(of network: Network) throws(LibvirtError) -> Set<String>? {
    do throws(LibvirtError) { return try network.ports() } catch {
      guard error.code == .noSupport else { throw error }
      return nil
    }
  }
}
