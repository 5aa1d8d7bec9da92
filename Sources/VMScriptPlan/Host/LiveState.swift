import VMScript
import VMScriptSyntax

/// A domain of the host.
public struct LiveDomain: Sendable {
  /// The state of the guest, in the language's terms.
  public enum State: String, Sendable {
    case running, paused, stopped, crashed, suspended

    /// Whether the guest's memory is gone.
    var isOff: Bool { self == .stopped || self == .crashed }
  }

  /// The name, unique on the host.
  public let name: String
  /// The UUID in lower case.
  public let uuid: String
  /// The present state.
  public internal(set) var state: State
  /// Whether it starts when the host boots.
  public let autostart: Bool
  /// The persistent definition, which the next start uses, including passwords.
  public let definition: Document
  /// The document of the running domain, including passwords; nil if it is stopped.
  public internal(set) var running: Document?
  /// Whether it has a stored definition. Without one, it no longer exists once it stops.
  public let isPersistent: Bool
  /// Whether its next start restores a saved state of the guest.
  public let hasSavedState: Bool
  /// The machine in the saved state, including passwords; nil if there is none, or libvirt does
  /// not return it.
  package let saved: Document?
  /// The facts about the definition that planning needs.
  public private(set) var facts: DomainFacts
  /// The drives of the running machine with their backing files; empty if it is stopped.
  private(set) var runningDisks: [SourceXML.Disk]
  /// The ports of its interfaces while it runs: UUIDs by network.
  package let ports: [String: Set<String>]

  /// Reads the facts that planning needs.
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

  /// Whether a start restores a saved state of the guest.
  var comesBack: Bool { hasSavedState && state == .stopped }

  /// Returns the domain with the paths of the volumes that its drives name.
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

/// An IPv4 lease of a DHCP server.
public struct GivenLease: Sendable, Hashable {
  /// The interface that has it.
  public let mac: MACAddress
  /// The address.
  public let ip: IPAddress
  /// The end in seconds since 1970; 0 for none.
  public let expires: Int64
  /// Creates a lease.
  public init(mac: MACAddress, ip: IPAddress, expires: Int64) {
    self.mac = mac
    self.ip = ip
    self.expires = expires
  }
}

/// A network of the host.
public struct LiveNetwork: Sendable {
  /// The name, unique on the host.
  public let name: String
  /// The UUID in lower case.
  public let uuid: String
  /// Whether it is active.
  public let isActive: Bool
  /// Whether it starts when the host boots.
  public let autostart: Bool
  /// The persistent definition.
  public let definition: Document
  /// The document of the active network; nil if it is inactive.
  public let running: Document?
  /// Whether it has a stored definition. Without one, it no longer exists once it stops.
  public let isPersistent: Bool
  /// The UUIDs of its ports, one for each plugged-in interface; nil if unknown.
  package let ports: Set<String>?
  /// The IPv4 networks that the host has an address in.
  public let subnets: [Subnet]
  /// The bridge that it manages; nil if it uses a bridge or device of the host.
  let ownBridge: String?
  /// The addresses that its DHCP server reserves for machines.
  package let entries: [NetworkLease]
  /// The leases of its DHCP server; nil if unknown.
  package let leases: [GivenLease]?
  /// The stack's mark; nil without one, as always before libvirt 9.7.
  package let mark: DomainFacts.Owner?
  /// The origin of its stack's last run that changed it; nil if unknown.
  package var origin: StackOrigin? { mark?.origin }

  /// Reads the facts that planning needs.
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
    self.mark = facts.mark
  }
}

/// The state of the host that a plan needs: a value, read once for each plan.
public struct LiveState: Sendable {
  /// The domains by name. From a stack's view, its own domains have the name that it made them
  /// under.
  public var domains: [String: LiveDomain]
  /// The networks by name.
  public var networks: [String: LiveNetwork]
  /// Names of the stack's images whose content is complete on the host.
  public var images: Set<String>
  /// Names of domains with a disk that backs overlays of other domains.
  public var overlaidDomains: Set<String>
  /// By the name of a domain, the unreadable files that may be overlays on one of its disks.
  var possiblyOverlaidDomains: [String: Set<String>] = [:]
  /// Names of missing domains with remaining volumes of the stack.
  public var leftoverDomains: Set<String> = []
  /// Names of missing networks with remaining records of the stack.
  var leftoverNetworks: Set<String> = []
  /// Names of domains that the stack may delete without loss of data.
  var datalessDomains: Set<String> = []
  /// The UUIDs of domains that had other names before.
  var renamedUUIDs: Set<String> = []
  /// The resources of the stack that must not be deleted.
  var protected: Set<ResourceKey> = []
  /// The pools with their volumes.
  public let storage: LiveStorage
  /// The version of libvirt; nil if it is not known.
  package var version: LibvirtVersion?
  /// Domains and networks with unreadable documents.
  public let unreadable: [UnreadableObject]

  /// Creates a state from readings.
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

  /// Returns the unreadable object of a declaration, if any.
  package func unreadable(_ declaration: Declaration, of stack: String) -> UnreadableObject? {
    switch declaration.kind {
    case .domain: unreadable.first(of: .domain, declaration.name, stack: stack)
    case .net: unreadable.first(of: .network, declaration.name, stack: stack)
    case .image, .custom: nil
    }
  }

  /// Returns the reason not to start a domain: its guest would write to a disk that backs, or may
  /// back, overlays; nil if there is none.
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

  /// Returns the host from a stack's view: its own domain that was renamed on the host has the
  /// name that the stack made it under.
  ///
  /// A foreign domain that has taken this name has a key that no name equals.
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

/// The facts about a domain's definition that planning needs.
public struct DomainFacts: Sendable {
  /// The stack's mark on a domain: `<vmscript:resource>` in its metadata.
  public struct Owner: Sendable, Hashable {
    /// The stack that made it.
    public let stack: String
    /// The original name.
    public let name: String
    /// The domain that it was cloned from.
    public let source: String?
    /// The origin of the stack's last run that changed the domain; nil if unknown.
    public var origin: StackOrigin?
    /// The end of the stack's lifetime; nil if it is not temporary.
    public var expiry: StackExpiry?
    /// The UUID of the domain, in lower case; nil if it derives from the original name.
    var uuid: String?
    /// The names that the domain had before, the earliest first.
    var earlierNames: [String] = []
    /// Whether the stack's script protects the domain from its deletion.
    public var isProtected = false
  }

  /// The mark; nil if no stack made the domain.
  public let owner: Owner?
  /// The MAC addresses, from `interface/mac/@address`.
  public let macs: [MACAddress]
  /// The networks, from `interface/source/@network`.
  public let networks: Set<String>
  /// Whether there is a channel for the QEMU guest agent: `channel/target/@name`.
  public let hasAgentChannel: Bool
  /// Whether firmware variables or a TPM store data outside the disks.
  let hasFirmwareState: Bool
  /// The device of each declared block; nil if no stack made the domain.
  package let devices: DeviceRecords?
  /// The drives in the order of the definition.
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

  fileprivate static func owner(_ mark: XMLElement) -> Owner? {
    guard let stack = mark["stack"], let name = mark["name"] else { return nil }
    return Owner(
      stack: stack, name: name, source: mark["source"], origin: StackOrigin(mark: mark),
      expiry: StackExpiry(mark: mark), uuid: mark["uuid"],
      earlierNames: mark.all("earlier", namespace: DomainMetadata.namespace).compactMap {
        $0["name"]
      },
      isProtected: DomainMetadata.isProtected(mark))
  }

  /// Returns libvirt's names of the devices of a running machine: `alias/@name`.
  ///
  /// - Throws: `MalformedXML` if `xml` is not a domain's definition.
  package static func deviceAliases(xml: String) throws(MalformedXML) -> Set<String> {
    let devices = try XMLElement.parse(xml, root: "domain").first("devices")
    return Set((devices?.children ?? []).compactMap { $0.text(at: "alias/@name") })
  }

  /// Returns the ports of a running machine's interfaces: UUIDs by network.
  package static func ports(_ root: XMLElement) -> [String: Set<String>] {
    NetworkPort.all(in: root.first("devices")).reduce(into: [:]) { ports, port in
      ports[port.network, default: []].insert(port.id)
    }
  }
}

/// The network port of a running machine's interface.
package struct NetworkPort {
  package let network: String
  package let id: String
  package let interface: XMLElement

  /// Returns the ports of all interfaces: `source/@portid`.
  package static func all(in devices: XMLElement?) -> [NetworkPort] {
    (devices?.all("interface") ?? []).compactMap { interface in
      guard let network = interface.text(at: "source/@network"),
        let id = interface.text(at: "source/@portid"),
        // A macvtap interface has no bridge and stays connected.
        interface.text(at: "source/@bridge") != nil
      else { return nil }
      return NetworkPort(network: network, id: id.lowercased(), interface: interface)
    }
  }
}

/// The facts about a network's definition that planning needs.
package struct NetworkFacts {
  /// The IPv4 networks of the `ip` elements, written with a prefix or a netmask.
  let subnets: [Subnet]
  /// The bridge that the network manages; nil if it uses one of the host.
  let ownBridge: String?
  /// The addresses that its DHCP server reserves for machines.
  let entries: [NetworkLease]
  /// The mark of the stack that made it.
  let mark: DomainFacts.Owner?

  /// Reads the root of a `<network>` document.
  init(_ root: XMLElement) {
    subnets = root.all("ip").compactMap(Self.subnet)
    entries = root.all("ip").flatMap(Self.entries)
    mark = DomainMetadata.mark(in: root).flatMap(DomainFacts.owner)
    ownBridge = Self.ownBridge(root)
  }

  /// Returns the bridge that a network manages; nil if it uses a bridge or device of the host.
  package static func ownBridge(_ root: XMLElement) -> String? {
    let modes = ["nat", "route", "open"]
    let runsBridge = root.text(at: "forward/@mode").map(modes.contains) ?? true
    return runsBridge ? root.text(at: "bridge/@name") : nil
  }

  private static func entries(of ip: XMLElement) -> [NetworkLease] {
    (ip.first("dhcp")?.all("host") ?? []).compactMap { host in
      guard let mac = host["mac"].flatMap(MACAddress.init),
        let address = host["ip"].flatMap({ IPAddress($0) })
      else { return nil }
      return NetworkLease(mac: mac, ip: address, name: host["name"])
    }
  }

  /// Returns the IPv4 network of an `ip` element; nil for IPv6.
  package static func subnet(_ element: XMLElement) -> Subnet? {
    guard let address = element["address"].flatMap(IPAddress.init) else { return nil }
    if let prefix = element["prefix"] {
      guard let prefix = Int(prefix), (0...32).contains(prefix) else { return nil }
      return Subnet(address: address, prefix: prefix)
    }
    guard let mask = element["netmask"].flatMap(IPAddress.init) else { return nil }
    return Subnet(address: address, prefix: mask.value.nonzeroBitCount)
  }

  /// Returns the IPv6 network of an `ip` element; nil for IPv4.
  package static func ipv6Subnet(_ element: XMLElement) -> IPv6Subnet? {
    guard let address = element["address"].flatMap(IPv6Address.init) else { return nil }
    let prefix = element["prefix"].flatMap { Int($0) } ?? 64
    return (0...128).contains(prefix) ? IPv6Subnet(address: address, prefix: prefix) : nil
  }
}

/// A fact about the host. An unreadable fact is never treated as absent.
///
/// There is no default for an unreadable fact: code that needs the value handles the case or
/// throws.
public enum Fact<Value: Sendable>: Sendable {
  /// The host has this value.
  case known(Value)
  /// The host has no value.
  case absent
  /// The value could not be read; the text is the reason from the system or libvirt.
  case unreadable(String)

  /// Creates a known fact, or an absent one for nil.
  public init(_ value: Value?) { self = value.map(Fact.known) ?? .absent }

  /// The reason that it could not be read; nil if it was read.
  public var reason: String? {
    if case .unreadable(let reason) = self { reason } else { nil }
  }

  /// The value for output, where "unknown" and "none" look the same.
  public var shown: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  /// Whether the host has no value.
  public var isAbsent: Bool {
    if case .absent = self { true } else { false }
  }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}
