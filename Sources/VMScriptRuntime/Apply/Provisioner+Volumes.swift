import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The steps of volumes: disks, empty images and seeds.
extension Provisioner {
  /// Makes a volume, which is complete by itself.
  func make(_ volume: NewVolume) async throws {
    do {
      var xml = volume.xml
      switch volume.origin {
      case .kept: return
      case .new: try await store.create(xml, pool: volume.pool)
      case .overlay(let base):
        xml.backing = (path: try await published.path(of: base), format: base.format)
        try await store.create(xml, pool: volume.pool)
      case .copy(let base):
        guard let least = try await store.capacity(at: base.path, as: base.format) else {
          throw StorageFailure.copyOutsidePool(base.path)
        }
        xml.capacity = least
        try await store.copy(of: base.path, as: xml, pool: volume.pool)
      }
      try await enlarge(volume)
    } catch let failure as StorageFailure {
      throw StorageMessages.diagnostic(failure, at: volume.span)
    }
  }

  /// A new volume that has the size of what it was made from grows to the declared one.
  private func enlarge(_ volume: NewVolume) async throws {
    guard let wanted = volume.size,
      let least = try await store.capacity(at: volume.path, as: volume.xml.format), wanted != least
    else { return }
    guard wanted > least else {
      try await store.delete(volume.xml.name, pool: volume.pool)
      throw StorageFailure.tooSmall(declared: wanted, needed: least)
    }
    try await store.grow(volume.xml.name, pool: volume.pool, to: wanted, as: volume.xml.format)
  }

  /// Grows a volume that domains may use, in agreement with the one that runs.
  func grow(_ growth: VolumeGrowth) async throws {
    do {
      let (volume, users) = (growth.volume, growth.users)
      let isDone = try await pool.run { connection in
        for name in users {
          guard let live = try connection.domain(named: name), try live.isActive() else { continue }
          try live.resizeBlock(volume.path, bytes: UInt64(clamping: growth.size))
          return true
        }
        return false
      }
      guard !isDone else { return }
      try await store.grow(volume.name, pool: volume.pool, to: growth.size, as: growth.format)
    } catch let failure as StorageFailure {
      guard let span = growth.span else { throw failure }
      throw StorageMessages.diagnostic(failure, at: span)
    }
  }

  func write(_ seed: DomainSeed) async throws {
    do {
      let image = try SeedImage.build(seed.files)
      try await store.write(image, as: seed.name.fileName, mode: "0600", pool: seed.pool)
    } catch let failure as StorageFailure {
      throw StorageMessages.diagnostic(failure, at: seed.span)
    }
  }
}
