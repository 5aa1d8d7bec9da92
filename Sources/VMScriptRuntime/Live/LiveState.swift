import VMScript

/// A domain as the host has it.
public struct LiveDomain: Sendable {
  /// What the guest is doing, in the language's words.
  public enum State: String, Sendable { case running, paused, stopped, crashed, suspended }

  /// The name, unique on the host.
  public let name: String
  /// In lower case.
  public let uuid: String
  /// What it is doing now.
  public let state: State
  /// Whether it starts with the host.
  public let autostart: Bool
  /// The persistent definition, which the next start uses, with its passwords.
  public let xml: String
  /// The definition as it is running; nil for one that is off.
  public let running: String?
  /// What of the definition planning needs.
  public let facts: DomainFacts
  /// The ports that its interfaces are plugged into as it runs: UUIDs by network.
  let ports: [String: Set<String>]

  /// Reads what planning needs of the definition.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  public init(
    name: String, uuid: String, state: State, autostart: Bool = false, xml: String,
    running: String? = nil
  ) throws(MalformedXML) {
    self.name = name
    self.uuid = uuid
    self.state = state
    self.autostart = autostart
    self.xml = xml
    self.running = running
    self.facts = try DomainFacts(xml: xml)
    self.ports = try running.map(DomainFacts.ports) ?? [:]
  }
}

/// A network as the host has it.
public struct LiveNetwork: Sendable {
  /// The name, unique on the host.
  public let name: String
  /// In lower case.
  public let uuid: String
  /// Whether it is up.
  public let isActive: Bool
  /// Whether it starts with the host.
  public let autostart: Bool
  /// The persistent definition.
  public let xml: String
  /// The definition as it runs; nil for one that is off.
  public let running: String?
  /// UUIDs of its ports, one for each interface that is plugged in; nil where that is not known.
  let ports: Set<String>?
  /// The IPv4 networks that the host has an address in.
  public let subnets: [Subnet]

  /// Reads what planning needs of the definition.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a network's definition.
  public init(
    name: String, uuid: String, isActive: Bool, autostart: Bool = false, xml: String,
    running: String? = nil, ports: Set<String>? = nil
  ) throws(MalformedXML) {
    self.name = name
    self.uuid = uuid
    self.isActive = isActive
    self.autostart = autostart
    self.xml = xml
    self.running = running
    self.ports = ports
    self.subnets = try NetworkFacts.subnets(xml: xml)
  }
}

/// What exists on the host, as far as a plan looks at it: a value, read once for each plan.
public struct LiveState: Sendable {
  /// By name.
  public var domains: [String: LiveDomain]
  /// By name.
  public var networks: [String: LiveNetwork]
  /// Names of the stack's images whose content is complete on the host.
  public var images: Set<String>
  /// Names of domains with a disk that overlays of other domains stand on.
  public var overlaidDomains: Set<String>
  /// Names of domains that are gone and of which the stack's volumes are left.
  public var leftoverDomains: Set<String> = []
  /// The pools with their volumes.
  public let storage: LiveStorage

  /// Puts a state together from what was read.
  public init(
    domains: [LiveDomain] = [], networks: [LiveNetwork] = [], images: Set<String> = [],
    overlaidDomains: Set<String> = [], storage: LiveStorage = LiveStorage()
  ) {
    self.domains = Dictionary(domains.map { ($0.name, $0) }) { first, _ in first }
    self.networks = Dictionary(networks.map { ($0.name, $0) }) { first, _ in first }
    self.images = images
    self.overlaidDomains = overlaidDomains.union(storage.overlaidDomains)
    self.storage = storage
  }
}
