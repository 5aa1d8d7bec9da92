import Libvirt
import VMScript
import VMScriptPlan

/// The objects of a host and their stacks, for `list`.
public struct HostInventory: Sendable {
  /// A machine.
  public struct Domain: Sendable {
    /// The name, unique on the host.
    public let name: String
    /// The UUID in lower case.
    public let uuid: String
    /// The state of the guest.
    public let state: LiveDomain.State
    /// The stack that created it; nil if none did.
    public let stack: String?
    /// The source of the clone; nil if it is not a clone.
    public let source: String?
    /// The IPv4 addresses from leases, the guest agent or ARP.
    public let addresses: [IPAddress]
    /// The hardware addresses of its interfaces.
    public let macs: [MACAddress]
    /// The names of its networks.
    public let networks: Set<String>
    /// The labels that its script gives it, in their order.
    public let labels: [(key: String, value: String)]
    /// The reason why only its name, state and UUID are known; nil if it is readable.
    public let unreadable: String?
  }

  /// A network.
  public struct Network: Sendable {
    /// The name, unique on the host.
    public let name: String
    /// Whether the network is running.
    public let isActive: Bool
    /// The stack that created it; nil if none of the known stacks did.
    public let stack: String?
    /// The IPv4 subnets in which the host has an address.
    public let subnets: [Subnet]
    /// The reason why only its name, state and UUID are known; nil if it is readable.
    public let unreadable: String?
  }

  /// An image with complete content, or a volume outside of stacks that may be an image.
  public struct Image: Sendable {
    /// The image's name in its script, else the volume's name.
    public let name: String
    /// The stack that uses it; nil if no stack created it.
    public let stack: String?
    /// The pool that holds it.
    public let pool: String
    /// The path on the host.
    public let path: String
    /// The size that a guest sees; nil if libvirt does not report it.
    public let capacity: ByteSize?
  }

  /// The domains, by name.
  public let domains: [Domain]
  /// The networks, by name.
  public let networks: [Network]
  /// The images by name, without the disks and seeds of the stacks' machines.
  public let images: [Image]

  /// Returns the objects that a stack owns.
  public func owned(by stack: String) -> HostInventory {
    HostInventory(
      domains: domains.filter { $0.stack == stack },
      networks: networks.filter { $0.stack == stack }, images: images.filter { $0.stack == stack })
  }

  /// `{"domains": […], "networks": […], "images": […]}`.
  public var document: Value {
    .map([
      "domains": .list(
        domains.map {
          .map(
            ([
              "name": .string($0.name), "state": .string($0.state.rawValue),
              "stack": Value($0.stack), "source": Value($0.source),
              "addresses": .list($0.addresses.map(Value.ip)),
            ] as ValueMap).noting(unreadable: $0.unreadable))
        }),
      "networks": .list(
        networks.map {
          .map(
            ([
              "name": .string($0.name), "state": .string($0.isActive ? "running" : "stopped"),
              "stack": Value($0.stack), "subnets": .list($0.subnets.map(Value.cidr)),
            ] as ValueMap).noting(unreadable: $0.unreadable))
        }),
      "images": .list(
        images.map {
          .map([
            "name": .string($0.name), "stack": Value($0.stack), "pool": .string($0.pool),
            "path": .string($0.path), "capacity": $0.capacity.map(Value.size) ?? .none,
          ])
        }),
    ])
  }
}

extension ValueMap {
  /// Returns the entries with the reason why the object is unreadable.
  fileprivate func noting(unreadable reason: String?) -> ValueMap {
    guard let reason else { return self }
    var document = self
    document["unreadable"] = .string(reason)
    return document
  }
}

extension Value {
  /// Creates a text, or `none`.
  init(_ text: String?) { self = text.map(Value.string) ?? .none }
}

/// A reader of the objects of a host, with one listing of each kind; changes nothing.
struct InventoryReader: Sendable {
  let pool: ConnectionPool
  /// A stack to recognize in addition to those with a name on the host.
  let stack: String?

  func read() async throws -> HostInventory {
    let live = try await LiveReader(pool: pool).read()
    let images = Self.images(live.storage)
    let owners = live.domains.values.compactMap(\.facts.owner?.stack)
    let stacks = Set(owners + images.compactMap(\.stack) + [stack].compactMap(\.self)).sorted()
    let running = live.domains.values.filter { $0.state == .running }.map(\.name)
    let addresses = try await pool.run { connection in
      try running.reduce(into: [String: [IPAddress]]()) { found, name in
        found[name] = try connection.domain(named: name).map { try LiveAddresses.shown(of: $0) }
      }
    }
    let unreadable = try await pool.run { try Self.unreadable(live.unreadable, stacks, $0) }
    let domains = live.domains.values.map { domain in
      HostInventory.Domain(
        name: domain.name, uuid: domain.uuid, state: domain.state,
        stack: stacks.first { Ownership(stack: $0).owns(domain) },
        source: domain.facts.owner?.source, addresses: addresses[domain.name] ?? [],
        macs: domain.facts.macs, networks: domain.facts.networks,
        labels: domain.definition.read { DomainMetadata.labels(in: $0) }, unreadable: nil)
    }
    let networks = live.networks.values.map { network in
      HostInventory.Network(
        name: network.name, isActive: network.isActive,
        stack: stacks.first { Ownership(stack: $0).owns(network) }, subnets: network.subnets,
        unreadable: nil)
    }
    return HostInventory(
      domains: (domains + unreadable.domains).sorted { $0.name < $1.name },
      networks: (networks + unreadable.networks).sorted { $0.name < $1.name }, images: images)
  }

  /// Returns the objects that are known only without their documents.
  private static func unreadable(
    _ objects: [UnreadableObject], _ stacks: [String], _ connection: Connection
  ) throws -> (domains: [HostInventory.Domain], networks: [HostInventory.Network]) {
    var found: (domains: [HostInventory.Domain], networks: [HostInventory.Network]) = ([], [])
    for object in objects {
      let stack = stacks.first { object.isMade(by: $0, as: object.name) }
      switch object.kind {
      case .domain:
        let state = try LiveReader.unlessGone(.noDomain) {
          try connection.domain(named: object.name)?.state()
        }
        guard let state = state ?? nil else { continue }
        found.domains.append(
          HostInventory.Domain(
            name: object.name, uuid: object.uuid, state: LiveDomain.State(state), stack: stack,
            source: nil, addresses: [], macs: [], networks: [], labels: [],
            unreadable: object.reason))
      case .network:
        let isActive = try LiveReader.unlessGone(.noNetwork) {
          try connection.network(named: object.name)?.isActive()
        }
        guard let isActive = isActive ?? nil else { continue }
        found.networks.append(
          HostInventory.Network(
            name: object.name, isActive: isActive, stack: stack, subnets: [],
            unreadable: object.reason))
      case .pool: continue
      }
    }
    return found
  }

  private static func images(_ storage: LiveStorage) -> [HostInventory.Image] {
    // The records of locks and lifetimes are volumes, too.
    storage.images.filter { image in
      LockClaim(parsing: image.name) == nil && ExpiryRecord(parsing: image.name) == nil
    }.map { image in
      HostInventory.Image(
        name: image.name, stack: image.stack, pool: image.pool, path: image.content.path,
        capacity: image.content.capacity.shown.map { ByteSize(bytes: $0) })
    }
  }
}
