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

  private static func images(_ storage: LiveStorage) -> [HostInventory.Image] {
    storage.images.map { image in
      HostInventory.Image(
        name: image.name, stack: image.stack, pool: image.pool, path: image.content.path,
        capacity: image.content.capacity.shown.map { ByteSize(bytes: $0) })
    }
  }
}
