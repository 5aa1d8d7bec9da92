import Libvirt
import VMScript

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
    return HostInventory(
      domains: live.domains.values.sorted { $0.name < $1.name }.map { domain in
        HostInventory.Domain(
          name: domain.name, state: domain.state,
          stack: stacks.first { Ownership(stack: $0).owns(domain) },
          source: domain.facts.owner?.source, addresses: addresses[domain.name] ?? [],
          macs: domain.facts.macs, networks: domain.facts.networks)
      },
      networks: live.networks.values.sorted { $0.name < $1.name }.map { network in
        HostInventory.Network(
          name: network.name, isActive: network.isActive,
          stack: stacks.first { Ownership(stack: $0).owns(network) }, subnets: network.subnets)
      },
      images: images)
  }

  /// Blank images, uploads that a pin completes, and what no stack made.
  private static func images(_ storage: LiveStorage) -> [HostInventory.Image] {
    let found = storage.pools.values.flatMap { pool in
      pool.inventory.volumes.compactMap { volume -> HostInventory.Image? in
        let content: VolumeInventory.Volume?
        switch volume.owned?.role {
        case nil, .image: content = volume
        case .pin(let key, let nonce): content = pool.inventory.base(key: key, nonce: nonce)
        default: content = nil
        }
        return content.map { content in
          HostInventory.Image(
            name: volume.owned?.ownerName ?? volume.name, stack: volume.owned?.stack,
            pool: pool.name, path: content.path,
            capacity: content.capacity.shown.map { ByteSize(bytes: $0) })
        }
      }
    }
    return found.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
  }
}
