import Libvirt
import VMScript
import VMScriptPlan

/// Live attributes of domains and networks as values of the language.
extension LibvirtBackend {
  func exists(_ resource: ResourceReference) async throws -> Bool? {
    try await pool.run { connection in
      switch resource.kind {
      case .domain: try connection.domain(named: resource.name) != nil
      case .net: try connection.network(named: resource.name) != nil
      case .image, .custom: nil
      }
    }
  }

  func value(
    of attribute: LiveAttribute.DomainAttribute, _ name: String
  ) async throws -> Value? {
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return nil }
      return try LiveReader.unlessGone(.noDomain) { try Self.value(of: attribute, domain) }
    }
  }

  func value(
    of attribute: LiveAttribute.NetworkAttribute, _ name: String
  ) async throws -> Value? {
    try await pool.run { connection in
      guard let network = try connection.network(named: name) else { return nil }
      return try LiveReader.unlessGone(.noNetwork) { try Self.value(of: attribute, network) }
    }
  }

  func volumeSize(at path: String) async throws -> VolumeSize? {
    try await pool.run { connection in
      try connection.volume(path: path)?.info()
    }.map {
      VolumeSize(
        capacity: Int64(clamping: $0.capacity), allocation: Int64(clamping: $0.allocation))
    }
  }

  func addresses(of name: String, with fixed: FixedAddress) async throws -> [IPAddress]? {
    try await pool.run { connection in
      guard !connection.isTestDriver, let domain = try connection.domain(named: name)
      else { return nil }
      return try LiveReader.unlessGone(.noDomain) {
        try LiveAddresses.of(domain, mac: fixed.mac(on: domain))
      }
    }
  }

  private static func value(
    of attribute: LiveAttribute.DomainAttribute, _ domain: Domain
  ) throws -> Value {
    switch attribute {
    case .state: .string(LiveDomain.State(try domain.state()).rawValue)
    case .uuid: .string(domain.uuid)
    case .id: domain.id.map { .int(Int64($0)) } ?? Value.none
    case .ip: try LiveAddresses.of(domain).first.map(Value.ip) ?? Value.none
    case .ips: .list(try LiveAddresses.of(domain).map(Value.ip))
    case .macs: .list(try DomainFacts(xml: domain.xml()).macs.map(Value.mac))
    case .snapshots: .list(try domain.snapshots().map(Value.string))
    case .console: try device("console", of: domain)?["tty"].map(Value.string) ?? Value.none
    case .vnc:
      try device("graphics", of: domain, with: ["@type": "vnc"])?["port"].flatMap(Int64.init)
        .flatMap { $0 < 5900 ? nil : .int($0 - 5900) } ?? Value.none
    }
  }

  private static func value(
    of attribute: LiveAttribute.NetworkAttribute, _ network: Network
  ) throws -> Value {
    switch attribute {
    case .state: .string(try network.isActive() ? "running" : "stopped")
    case .uuid: .string(network.uuid)
    case .bridge:
      try XMLElement.parse(network.xml(), root: "network").text(at: "bridge/@name")
        .map(Value.string) ?? Value.none
    }
  }

  private static func device(
    _ name: String, of domain: Domain, with constants: [String: String] = [:]
  ) throws -> XMLElement? {
    try XMLElement.parse(domain.xml(), root: "domain").first("devices")?
      .first(name, with: constants)
  }
}
