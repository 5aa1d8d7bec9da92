import Libvirt
import VMScript
import VMScriptPlan

/// Reads what is on a host: one listing of each kind, nothing changed.
struct InventoryReader: Sendable {
  let pool: ConnectionPool
  /// A stack to look for besides those that left their names on the host.
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
        name: domain.name, state: domain.state,
        stack: stacks.first { Ownership(stack: $0).owns(domain) },
        source: domain.facts.owner?.source, addresses: addresses[domain.name] ?? [],
        macs: domain.facts.macs, networks: domain.facts.networks, unreadable: nil)
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

  /// What is known of objects without their documents.
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
            name: object.name, state: LiveDomain.State(state), stack: stack, source: nil,
            addresses: [], macs: [], networks: [], unreadable: object.reason))
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
    storage.images.map { image in
      HostInventory.Image(
        name: image.name, stack: image.stack, pool: image.pool, path: image.content.path,
        capacity: image.content.capacity.shown.map { ByteSize(bytes: $0) })
    }
  }
}
