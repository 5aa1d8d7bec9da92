import Foundation
import Libvirt
import VMScript

/// Reads what is on a host: one listing of each kind, nothing changed.
struct InventoryReader: Sendable {
  let pool: ConnectionPool
  /// A stack to look for besides those that left their names on the host.
  let stack: String?

  func read() async throws -> HostInventory {
    let live = try await LiveReader(pool: pool).read()
    let images = try await pool.run { try Self.images($0) }
    let owners = live.domains.values.compactMap(\.facts.owner?.stack)
    let stacks = Set(owners + images.map(\.stack) + [stack].compactMap(\.self)).sorted()
    let addresses = try await pool.run { connection in
      try Dictionary(
        uniqueKeysWithValues: live.domains.values.map {
          ($0.name, try Self.addresses($0, connection))
        })
    }
    return HostInventory(
      domains: live.domains.values.sorted { $0.name < $1.name }.map { domain in
        HostInventory.Domain(
          name: domain.name, state: domain.state,
          stack: stacks.first { Ownership(stack: $0).owns(domain) },
          source: domain.facts.owner?.source, addresses: addresses[domain.name] ?? [])
      },
      networks: live.networks.values.sorted { $0.name < $1.name }.map { network in
        HostInventory.Network(
          name: network.name, isActive: network.isActive,
          stack: stacks.first { Ownership(stack: $0).owns(network) }, subnets: network.subnets)
      },
      images: images)
  }

  private static func addresses(_ live: LiveDomain, _ connection: Connection) throws -> [IPAddress]
  {
    guard live.state == .running, let domain = try connection.domain(named: live.name) else {
      return []
    }
    return try LiveAddresses.of(domain)
  }

  /// Blank images, and uploads that a pin completes, of every active pool.
  private static func images(_ connection: Connection) throws -> [HostInventory.Image] {
    var found: [HostInventory.Image] = []
    for pool in try connection.pools() where try pool.isActive() {
      let volumes = try pool.volumes()
      let named = volumes.compactMap { volume in
        VolumeName(parsing: volume.name).map { (name: $0, volume: volume) }
      }
      for (name, volume) in named {
        let content: StorageVolume?
        switch name.role {
        case .image: content = volume
        case .pin(let key, let nonce):
          content = named.first { $0.name.role == .base(key: key, nonce: nonce) }?.volume
        default: content = nil
        }
        guard let content else { continue }
        let info = try content.info()
        found.append(
          HostInventory.Image(
            name: name.owner.removingPercentEncoding ?? name.owner, stack: name.stack,
            pool: pool.name, path: try content.path(),
            capacity: ByteSize(bytes: Int64(clamping: info.capacity)),
            allocation: ByteSize(bytes: Int64(clamping: info.allocation))))
      }
    }
    return found.sorted { ($0.stack, $0.name) < ($1.stack, $1.name) }
  }
}
