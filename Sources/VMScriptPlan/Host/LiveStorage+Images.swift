extension LiveStorage {
  /// An image that can be named: a blank one, an upload that is complete, or a volume that no stack made.
  package struct Image: Sendable {
    /// The image's name in its script, else the volume's.
    package let name: String
    /// The stack that wants it; nil if none made it.
    package let stack: String?
    /// The pool that holds it.
    package let pool: String
    /// The volume with the content.
    package let content: VolumeInventory.Volume
  }

  /// The images of every active pool, by name and path.
  package var images: [Image] {
    let found = pools.values.flatMap { pool in
      pool.inventory.volumes.compactMap { volume -> Image? in
        let content: VolumeInventory.Volume?
        switch volume.owned?.role {
        case nil, .image: content = volume
        case .pin(let key, let nonce, _): content = pool.inventory.base(key: key, nonce: nonce)
        case .base, .seed, .disk: content = nil
        }
        return content.map { content in
          Image(
            name: volume.owned?.ownerName ?? volume.name, stack: volume.owned?.stack,
            pool: pool.name, content: content)
        }
      }
    }
    return found.sorted { ($0.name, $0.content.path) < ($1.name, $1.content.path) }
  }
}
