import VMScript
import VMScriptSyntax

/// A domain as the host has it.
public struct LiveDomain: Sendable {
  /// What the guest is doing, in the language's words.
  public enum State: String, Sendable {
    case running, paused, stopped, crashed, suspended

    /// Whether there is nothing left of the guest's memory.
    var isOff: Bool { self == .stopped || self == .crashed }
  }

  /// The name, unique on the host.
  public let name: String
  /// In lower case.
  public let uuid: String
  /// What it is doing now.
  public internal(set) var state: State
  /// Whether it starts with the host.
  public let autostart: Bool
  /// The persistent definition, which the next start uses, with its passwords.
  public let definition: Document
  /// The definition as it is running, with its passwords; nil for one that is off.
  public internal(set) var running: Document?
  /// Whether it has a stored definition; without one it is gone when it stops.
  public let isPersistent: Bool
  /// Whether its next start brings back a saved state of the guest.
  public let hasSavedState: Bool
  /// The machine as the saved state brings it back, with its passwords; nil where there is none, or
  /// libvirt does not show it.
  package let saved: Document?
  /// What of the definition planning needs.
  public private(set) var facts: DomainFacts
  /// The drives of the machine as it runs, with what they back onto; empty for one that is off.
  private(set) var runningDisks: [SourceXML.Disk]
  /// The ports that its interfaces are plugged into as it runs: UUIDs by network.
  package let ports: [String: Set<String>]

  /// Reads what planning needs of the definition.
  ///
  /// - Throws: `MalformedXML` if one of the texts is not a domain's document.
  public init(
    name: String, uuid: String, state: State, autostart: Bool = false, xml: String,
    running: String? = nil, isPersistent: Bool = true, hasSavedState: Bool = false,
    saved: String? = nil
  ) throws(MalformedXML) {
    self.name = name
    self.uuid = uuid
    self.state = state
    self.isPersistent = isPersistent
    self.hasSavedState = hasSavedState
    func parse(_ text: String) throws(MalformedXML) -> Document {
      try Document(text, root: "domain")
    }
    self.saved = try saved.map(parse)
    self.autostart = autostart
    self.definition = try parse(xml)
    self.running = try running.map(parse)
    self.facts = definition.read(DomainFacts.init)
    self.ports = self.running?.read(DomainFacts.ports) ?? [:]
    self.runningDisks = self.running?.read(SourceXML.disks) ?? []
  }

  /// Whether a start brings back a saved state of the guest.
  var comesBack: Bool { hasSavedState && state == .stopped }

  /// The domain with the paths of the volumes that its drives name.
  package func resolvingVolumes(
    _ path: (SourceXML.VolumeReference) -> String?
  ) -> LiveDomain {
    guard (facts.disks + runningDisks).contains(where: { $0.volume != nil }) else { return self }
    var domain = self
    domain.facts.disks = facts.disks.map { $0.resolved(by: path) }
    domain.runningDisks = runningDisks.map { $0.resolved(by: path) }
    return domain
  }
}

/// An IPv4 address that a DHCP server gave out.
public struct GivenLease: Sendable, Hashable {
  /// The interface that has it.
  public let mac: MACAddress
  /// The address.
  public let ip: IPAddress
  /// When it ends, in seconds since 1970; 0 is never.
  public let expires: Int64
  /// A lease of an address.
  public init(mac: MACAddress, ip: IPAddress, expires: Int64) {
    self.mac = mac
    self.ip = ip
    self.expires = expires
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
  public let definition: Document
  /// The definition as it runs; nil for one that is off.
  public let running: Document?
  /// Whether it has a stored definition; without one it is gone when it stops.
  public let isPersistent: Bool
  /// UUIDs of its ports, one for each interface that is plugged in; nil where that is not known.
  package let ports: Set<String>?
  /// The IPv4 networks that the host has an address in.
  public let subnets: [Subnet]
  /// The bridge that it runs itself; nil for one on a bridge or device of the host.
  let ownBridge: String?
  /// The addresses that its DHCP server keeps for machines.
  package let entries: [NetworkLease]
  /// What its DHCP server gave out; nil where that is not known.
  package let leases: [GivenLease]?
  /// Where its stack was run from when it made or changed it; nil where that is not known.
  package let origin: StackOrigin?

  /// Reads what planning needs of the definition.
  ///
  /// - Throws: `MalformedXML` if one of the texts is not a network's document.
  public init(
    name: String, uuid: String, isActive: Bool, autostart: Bool = false, xml: String,
    running: String? = nil, ports: Set<String>? = nil, leases: [GivenLease]? = nil,
    isPersistent: Bool = true
  ) throws(MalformedXML) {
    self.name = name
    self.isPersistent = isPersistent
    self.uuid = uuid
    self.isActive = isActive
    self.autostart = autostart
    self.definition = try Document(xml, root: "network")
    self.running = try running.map { (text) throws(MalformedXML) in
      try Document(text, root: "network")
    }
    self.ports = ports
    let facts = definition.read(NetworkFacts.init)
    self.subnets = facts.subnets
    self.ownBridge = facts.ownBridge
    self.entries = facts.entries
    self.leases = leases
    self.origin = facts.origin
  }
}

/// What exists on the host, as far as a plan looks at it: a value, read once for each plan.
public struct LiveState: Sendable {
  /// By name; once seen by a stack, those of the stack by the name that it made them under.
  public var domains: [String: LiveDomain]
  /// By name.
  public var networks: [String: LiveNetwork]
  /// Names of the stack's images whose content is complete on the host.
  public var images: Set<String>
  /// Names of domains with a disk that overlays of other domains stand on.
  public var overlaidDomains: Set<String>
  /// By the name of a domain, what could not be read and may be an overlay on a disk of it.
  var possiblyOverlaidDomains: [String: Set<String>] = [:]
  /// Names of domains that are gone and of which the stack's volumes are left.
  public var leftoverDomains: Set<String> = []
  /// Names of domains that the stack may delete and with which no data goes.
  var datalessDomains: Set<String> = []
  /// The pools with their volumes.
  public let storage: LiveStorage
  /// Domains and networks that are there and of which nothing is known.
  public let unreadable: [UnreadableObject]

  /// Puts a state together from what was read.
  public init(
    domains: [LiveDomain] = [], networks: [LiveNetwork] = [], images: Set<String> = [],
    overlaidDomains: Set<String> = [], storage: LiveStorage = LiveStorage(),
    unreadable: [UnreadableObject] = []
  ) {
    self.unreadable = unreadable
    self.domains = Dictionary(domains.map { ($0.name, $0) }) { first, _ in first }
    self.networks = Dictionary(networks.map { ($0.name, $0) }) { first, _ in first }
    self.images = images
    self.overlaidDomains = overlaidDomains.union(storage.overlaidDomains)
    self.possiblyOverlaidDomains = storage.possiblyOverlaidDomains
    self.storage = storage
  }

  /// The object that a declaration is of, where nothing more is known of it than that it is there.
  package func unreadable(_ declaration: Declaration, of stack: String) -> UnreadableObject? {
    switch declaration.kind {
    case .domain: unreadable.first(of: .domain, declaration.name, stack: stack)
    case .net: unreadable.first(of: .network, declaration.name, stack: stack)
    case .image, .custom: nil
    }
  }

  /// Why a domain must not be started: its guest would write to a disk that overlays stand on, or may;
  /// nil if it may be.
  package func refusalToStart(_ name: String, at span: Span?) -> Diagnostic? {
    if domains[name] == nil,
      let object = unreadable.first(where: { $0.kind == .domain && $0.name == name })
    {
      return PlanMessages.unreadable(object, cannot: "be started", at: span)
    }
    if overlaidDomains.contains(name) { return PlanMessages.startOfOverlaid(name, at: span) }
    return possiblyOverlaidDomains[name].map { unreadable in
      StorageMessages.possiblyOverlaid(
        "`\(name)` cannot be started",
        by: unreadable.compactMap { storage.file(at: $0)?.volume }, at: span)
    }
  }

  /// The same host as a stack knows it: a domain of its own that was renamed on the host stands under
  /// the name that the stack made it by.
  ///
  /// A domain of others that has taken that name since stands under a key that no name equals.
  package func seen(by ownership: Ownership) -> LiveState {
    let renamed = domains.values.compactMap { domain -> (made: String, domain: LiveDomain)? in
      guard let made = ownership.madeName(of: domain), made != domain.name else { return nil }
      return (made, domain)
    }
    guard !renamed.isEmpty else { return self }
    var state = self
    for (_, domain) in renamed { state.domains[domain.name] = nil }
    for (made, domain) in renamed.sorted(by: { $0.domain.uuid < $1.domain.uuid }) {
      if let other = state.domains[made] { state.domains["\(other.name)\0\(other.uuid)"] = other }
      state.domains[made] = domain
      if state.overlaidDomains.contains(domain.name) { state.overlaidDomains.insert(made) }
      if let unreadable = state.possiblyOverlaidDomains[domain.name] {
        state.possiblyOverlaidDomains[made] = unreadable
      }
    }
    return state
  }
}

/// What planning needs of a domain's definition.
public struct DomainFacts: Sendable {
  /// The stack's mark on a domain: `<vmscript:resource>` in its metadata.
  public struct Owner: Sendable, Hashable {
    /// The stack that made it.
    public let stack: String
    /// The name that it was made under.
    public let name: String
    /// The domain that it was cloned from.
    public let source: String?
    /// Where the stack was run from when it made or changed the domain; nil where that is not known.
    public var origin: StackOrigin?
  }

  /// The mark; nil on a domain that no stack made.
  public let owner: Owner?
  /// From `interface/mac/@address`.
  public let macs: [MACAddress]
  /// From `interface/source/@network`.
  public let networks: Set<String>
  /// Whether the QEMU guest agent has a channel: `channel/target/@name`.
  public let hasAgentChannel: Bool
  /// Whether firmware variables or a TPM keep something beside the disks.
  let hasFirmwareState: Bool
  /// Which device each declared block is; nil on a domain that no stack made.
  package let devices: DeviceRecords?
  /// In the order of the definition.
  public internal(set) var disks: [SourceXML.Disk]

  /// Reads a `<domain>` document.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  public init(xml: String) throws(MalformedXML) {
    self.init(try XMLElement.parse(xml, root: "domain"))
  }

  package init(_ root: XMLElement) {
    let interfaces = root.first("devices")?.all("interface") ?? []
    owner = DomainMetadata.mark(in: root).flatMap(Self.owner)
    macs = interfaces.compactMap { $0.text(at: "mac/@address").flatMap(MACAddress.init) }
    networks = Set(interfaces.compactMap { $0.text(at: "source/@network") })
    hasAgentChannel = (root.first("devices")?.all("channel") ?? []).contains {
      $0.text(at: "target/@name") == "org.qemu.guest_agent.0"
    }
    hasFirmwareState =
      root.text(at: "os/nvram") != nil || root.text(at: "os/@firmware") == "efi"
      || root.first("devices")?.first("tpm") != nil
    devices = DeviceRecords(in: root)
    disks = SourceXML.disks(root)
  }

  private static func owner(_ mark: XMLElement) -> Owner? {
    guard let stack = mark["stack"], let name = mark["name"] else { return nil }
    return Owner(
      stack: stack, name: name, source: mark["source"], origin: StackOrigin(mark: mark))
  }

  /// libvirt's names of the devices of a running machine: `alias/@name`.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  package static func deviceAliases(xml: String) throws(MalformedXML) -> Set<String> {
    let devices = try XMLElement.parse(xml, root: "domain").first("devices")
    return Set((devices?.children ?? []).compactMap { $0.text(at: "alias/@name") })
  }

  /// The ports that the interfaces of a running machine are plugged into: UUIDs by network.
  package static func ports(_ root: XMLElement) -> [String: Set<String>] {
    NetworkPort.all(in: root.first("devices")).reduce(into: [:]) { ports, port in
      ports[port.network, default: []].insert(port.id)
    }
  }
}

/// The port of a network that an interface of a running machine is plugged into.
package struct NetworkPort {
  package let network: String
  package let id: String
  package let interface: XMLElement

  /// The ports of all interfaces: `source/@portid`.
  package static func all(in devices: XMLElement?) -> [NetworkPort] {
    (devices?.all("interface") ?? []).compactMap { interface in
      guard let network = interface.text(at: "source/@network"),
        let id = interface.text(at: "source/@portid"),
        // A macvtap is not plugged into a bridge, and loses nothing.
        interface.text(at: "source/@bridge") != nil
      else { return nil }
      return NetworkPort(network: network, id: id.lowercased(), interface: interface)
    }
  }
}

/// What planning needs of a network's definition.
struct NetworkFacts {
  /// The IPv4 networks of the `ip` elements, whose size stands as a prefix or as a netmask.
  package let subnets: [Subnet]
  /// The bridge that the network runs itself; nil for one that uses the host's.
  let ownBridge: String?
  /// The addresses that its DHCP server keeps for machines.
  package let entries: [NetworkLease]
  /// Where the stack that made it was run from.
  package let origin: StackOrigin?

  /// Reads the root of a `<network>` document.
  init(_ root: XMLElement) {
    subnets = root.all("ip").compactMap(Self.subnet)
    entries = root.all("ip").flatMap(Self.entries)
    origin = DomainMetadata.mark(in: root).flatMap(StackOrigin.init)
    let modes = ["nat", "route", "open"]
    let runsBridge = root.text(at: "forward/@mode").map(modes.contains) ?? true
    ownBridge = runsBridge ? root.text(at: "bridge/@name") : nil
  }

  private static func entries(of ip: XMLElement) -> [NetworkLease] {
    (ip.first("dhcp")?.all("host") ?? []).compactMap { host in
      guard let mac = host["mac"].flatMap(MACAddress.init),
        let address = host["ip"].flatMap({ IPAddress($0) })
      else { return nil }
      return NetworkLease(mac: mac, ip: address, name: host["name"])
    }
  }

  /// The IPv4 network of an `ip` element; nil for one of IPv6.
  package static func subnet(_ element: XMLElement) -> Subnet? {
    guard let address = element["address"].flatMap(IPAddress.init) else { return nil }
    if let prefix = element["prefix"] {
      guard let prefix = Int(prefix), (0...32).contains(prefix) else { return nil }
      return Subnet(address: address, prefix: prefix)
    }
    guard let mask = element["netmask"].flatMap(IPAddress.init) else { return nil }
    return Subnet(address: address, prefix: mask.value.nonzeroBitCount)
  }
}

/// A fact about the host. A fact that could not be read is never taken for an absent one.
///
/// There is no default for the third case: code that needs the value either handles it or throws.
public enum Fact<Value: Sendable>: Sendable {
  /// The host has it, and this is it.
  case known(Value)
  /// The host was asked and has none.
  case absent
  /// The host could not be asked; the text is the reason in the words of whoever refused.
  case unreadable(String)

  /// The value, or `absent` for nil.
  public init(_ value: Value?) { self = value.map(Fact.known) ?? .absent }

  /// Why it could not be read; nil where it was.
  public var reason: String? {
    if case .unreadable(let reason) = self { reason } else { nil }
  }

  /// The value for output alone, where "not known" and "none" look the same.
  public var shown: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  /// Whether the host was asked and has none.
  public var isAbsent: Bool {
    if case .absent = self { true } else { false }
  }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}
