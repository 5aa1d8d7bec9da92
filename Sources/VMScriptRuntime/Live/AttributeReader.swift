import Libvirt
import VMScript

/// Live attributes of resources as values of the language.
struct AttributeReader: Sendable {
  let pool: ConnectionPool

  /// The attribute's value; unknown for what does not exist, and for attributes of volumes.
  func value(of name: String, resource: ResourceReference) async throws -> Value {
    let value = try await pool.run { connection -> Value? in
      switch resource.kind {
      case .image, .custom: return nil
      case .domain:
        guard let domain = try connection.domain(named: resource.name) else { return nil }
        return try LiveReader.unlessGone(.noDomain) { try Self.value(of: name, domain) } ?? nil
      case .net:
        guard let network = try connection.network(named: resource.name) else { return nil }
        return try LiveReader.unlessGone(.noNetwork) { try Self.value(of: name, network) } ?? nil
      }
    }
    return value ?? .unknown(UnknownOrigin(resource: resource.name, attribute: name))
  }

  private static func value(of name: String, _ domain: Domain) throws -> Value? {
    switch name {
    case "state": .string(LiveDomain.State(try domain.state()).rawValue)
    case "uuid": .string(domain.uuid)
    case "id": domain.id.map { .int(Int64($0)) } ?? Value.none
    case "ip": try LiveAddresses.of(domain).first.map(Value.ip) ?? Value.none
    case "ips": .list(try LiveAddresses.of(domain).map(Value.ip))
    case "macs": .list(try DomainFacts(xml: domain.xml()).macs.map(Value.mac))
    case "snapshots": .list(try domain.snapshots().map(Value.string))
    case "console": try device("console", of: domain)?["tty"].map(Value.string) ?? Value.none
    case "vnc.display":
      try device("graphics", of: domain, with: ["@type": "vnc"])?["port"].flatMap(Int64.init)
        .flatMap { $0 < 5900 ? nil : .int($0 - 5900) } ?? Value.none
    default: nil
    }
  }

  private static func value(of name: String, _ network: Network) throws -> Value? {
    switch name {
    case "state": .string(try network.isActive() ? "running" : "stopped")
    case "uuid": .string(network.uuid)
    case "bridge":
      try XMLElement.parse(network.xml(), root: "network").text(at: "bridge/@name")
        .map(Value.string) ?? Value.none
    default: nil
    }
  }

  private static func device(
    _ name: String, of domain: Domain, with constants: [String: String] = [:]
  ) throws -> XMLElement? {
    try XMLElement.parse(domain.xml(), root: "domain").first("devices")?
      .first(name, with: constants)
  }
}
