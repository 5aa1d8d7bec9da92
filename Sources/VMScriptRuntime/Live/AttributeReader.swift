import Libvirt
import VMScript
import VMScriptPlan

/// Live attributes of resources as values of the language.
struct AttributeReader: Sendable {
  let pool: ConnectionPool

  /// Returns the value of a domain's attribute; nil if there is no such domain.
  func value(
    of attribute: LiveAttribute.DomainAttribute, _ name: String
  ) async throws -> Value? {
    try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else { return nil }
      return try LiveReader.unlessGone(.noDomain) { try Self.value(of: attribute, domain) }
    }
  }

  /// Returns the value of a network's attribute; nil if there is no such network.
  func value(
    of attribute: LiveAttribute.NetworkAttribute, _ name: String
  ) async throws -> Value? {
    try await pool.run { connection in
      guard let network = try connection.network(named: name) else { return nil }
      return try LiveReader.unlessGone(.noNetwork) { try Self.value(of: attribute, network) }
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

/// Live attributes of images as values of the language.
struct ImageAttributes: Sendable {
  let pool: ConnectionPool
  let storage: StoragePlan
  let resolver: ImageResolver

  /// Returns the attribute's value; unknown for an image that is not on the host yet.
  ///
  /// - Throws: ``StorageFailure`` for a name that is neither declared nor a volume.
  func value(
    of attribute: LiveAttribute.ImageAttribute, image: String
  ) async throws -> Value {
    let unknown = Value.unknown(UnknownOrigin(resource: image, attribute: attribute.rawValue))
    let isDeclared = storage.set.declarations.contains { $0.kind == .image && $0.name == image }
    let found = try isDeclared ? storage.images[image] : resolver.undeclared(image)
    guard let found else { return unknown }
    switch attribute {
    // A digest identifies the content, wherever it is.
    case .digest:
      switch found.content {
      case .file(_, let sha256, _, _): return .string(sha256)
      case .unfetched: return unknown
      case .blank, .existing: return .none
      }
    case .capacity:
      if let capacity = found.capacity { return .size(ByteSize(bytes: capacity)) }
    case .path, .allocation: break
    }
    let path = found.path
    guard let info = try await pool.run({ try $0.volume(path: path)?.info() }) else {
      return unknown
    }
    return switch attribute {
    case .path: .string(path)
    case .capacity: .size(ByteSize(bytes: Int64(clamping: info.capacity)))
    case .allocation: .size(ByteSize(bytes: Int64(clamping: info.allocation)))
    case .digest: .none
    }
  }
}
