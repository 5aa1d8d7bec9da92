import Libvirt
import VMScript

/// Disks of domains that exist: replaced after a yes, grown.
extension Provisioner {
  /// Brings the volumes of a domain to what is declared, before its definition is.
  func bringStorage(of declaration: Declaration, _ change: Change) async throws {
    let drives = storage.domains[declaration.name]?.drives ?? []
    let replaced = drives.filter { drive in
      // The format in which something is used in place is no property of what it holds.
      change.properties.contains {
        $0.device == drive.deviceName && $0.impact == .dataLoss
          && (drive.own != nil || $0.name != "format")
      }
    }
    if !replaced.isEmpty { try await removeVolumes(of: declaration.name, in: replaced) }
    try await provide(storageOf: declaration.name, anew: Set(replaced.map(\.key)))
    for drive in drives {
      let grows = change.properties.contains {
        $0.device == drive.deviceName && $0.live == .growth
      }
      if grows { try await grow(drive, of: declaration.name) }
    }
  }

  /// The guest goes off, for a disk cannot be taken from under it; only the domain's own volumes go.
  private func removeVolumes(of domain: String, in drives: [DriveStorage]) async throws {
    try await pool.run { connection in
      if let live = try connection.domain(named: domain), try live.isActive() {
        try live.destroy()
      }
    }
    let own = storage.volumes.volumes(ofDomain: domain)
    let disks = storage.live.domains[domain]?.facts.disks ?? []
    for drive in drives {
      let present = disks.first { $0.target == drive.target }?.path
      for place in own where place.volume.path == present || place.volume.path == drive.own?.path {
        guard storage.users(of: place.volume.path, otherThan: domain).isEmpty else { continue }
        guard storage.live.storage.overlays(on: place.volume.path).isEmpty else {
          throw StorageMessages.diagnostic(
            .volumeKept(
              place.volume.name,
              .hasOverlays(storage.live.storage.overlays(on: place.volume.path).map(\.volume.name))),
            at: drive.span)
        }
        try await store.delete(place.volume.name, pool: place.pool)
      }
    }
  }

  /// A running guest is told of its larger disk; of one that is off the volume alone grows.
  private func grow(_ drive: DriveStorage, of domain: String) async throws {
    guard let own = drive.own, let size = drive.size else { return }
    try await grow(
      own.name, pool: own.pool, at: own.path, to: size.value.bytes, as: own.format, of: [domain])
  }

  /// Grows a volume that domains use, in agreement with the one that runs.
  func grow(
    _ volume: String, pool name: String, at path: String, to bytes: Int64, as format: ImageFormat,
    of domains: [String]
  ) async throws {
    let isDone = try await pool.run { connection in
      for name in domains {
        guard let live = try connection.domain(named: name), try live.isActive() else { continue }
        try live.resizeBlock(path, bytes: UInt64(clamping: bytes))
        return true
      }
      return false
    }
    if !isDone { try await store.grow(volume, pool: name, to: bytes, as: format) }
  }
}
