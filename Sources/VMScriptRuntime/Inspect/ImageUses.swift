import Libvirt
import VMScriptPlan
import VMScriptSyntax

/// The uses of images on a host, by the keys of their uploads.
package struct ImageUses: Sendable {
  /// The uses of an upload.
  package struct Count: Sendable, Hashable {
    /// The number of images of stacks.
    package var images = 0
    /// The number of disks that are backed by it.
    package var disks = 0
  }

  private let counts: [String: Count]

  /// Counts the uses in the storage of a host.
  init(_ storage: LiveStorage) {
    var counts: [String: Count] = [:]
    for pool in storage.pools.values {
      for volume in pool.inventory.volumes {
        switch volume.owned?.role {
        case .pin(let key, _, _): counts[key, default: Count()].images += 1
        case .base(let key, _):
          counts[key, default: Count()].disks += storage.overlays(on: volume.path).count
        default: break
        }
      }
    }
    self.counts = counts
  }

  /// Returns the uses of the uploads of an image together.
  package func count(of keys: Set<String>) -> Count {
    keys.compactMap { counts[$0] }.reduce(into: Count()) { sum, count in
      sum.images += count.images
      sum.disks += count.disks
    }
  }
}

extension Inspector {
  /// Reads the uses of images on a host.
  ///
  /// - Throws: VM0701 without a connection, and libvirt's errors.
  package static func imageUses(
    uri: String?, patience: HostPatience = HostPatience()
  ) async throws(Diagnostic) -> ImageUses {
    let access = BriefAccess(uri: uri, patience: patience)
    return try await access.onHost("reading the images of the host") { pool in
      ImageUses(try await LiveReader(pool: pool).readStorage())
    }
  }
}
