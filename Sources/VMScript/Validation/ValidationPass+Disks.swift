import VMScriptSyntax

extension ValidationPass {
  /// Disks hold their images, have targets of their own, and come from where no disk is left.
  mutating func disks(of declaration: Declaration) {
    for disk in declaration.body.blocks("disk") {
      if let size = disk.property("size"), !mayBeRaw(disk, of: declaration) {
        limit(size, to: ImageLimits.qcow2(), isImage: false)
      } else if let size = disk.property("size") {
        limit(size, to: ImageLimits.raw, isImage: false)
      }
      guard let size = disk.property("size"), case .size(let bytes) = size.value,
        let name = disk["image"]?.resourceName,
        let least = declared(.image, name)?.body.property("size"),
        case .size(let needed) = least.value, bytes.wholeDisk < needed.wholeDisk
      else { continue }
      report(ValidationMessages.smallDisk(size, image: least))
    }
    for (key, disk) in declaration.written.keyedBlocks("disk") {
      guard let from = disk.property("moved_from"), let name = from.value.resourceName else {
        continue
      }
      let moved = disk["moved_disk"]?.description ?? key
      let staying = declared(.domain, name)?.body.keyedBlocks("disk").first { $0.key == moved }
      if let staying, name != declaration.name || moved != key {
        report(ValidationMessages.stillDeclared(moved, of: name, from, at: staying.block.span))
      } else if let first = claim(moved, of: name, at: from.span) {
        report(ValidationMessages.movedTwice(moved, of: name, from, first: first))
      }
    }
  }
}

extension ValidationPass {
  /// An image has a size that its format can hold, and clusters of a size that qcow2 has.
  mutating func layout(of image: Declaration) {
    let cluster = image.body.property("cluster_size")
    var clusterSize = ImageLimits.standardClusterSize
    if let cluster, case .size(let size) = cluster.value {
      guard ImageLimits.isClusterSize(size) else {
        return report(ValidationMessages.unfitClusterSize(cluster))
      }
      clusterSize = size
    }
    guard let size = image.body.property("size") else { return }
    // The content of a source may be raw, which only a look at it shows.
    let format = image.body.property("format")
    let isQCOW2 =
      format.map { $0.value == .string("qcow2") } ?? (image.body.property("source") == nil)
    limit(
      size, to: isQCOW2 ? ImageLimits.qcow2(clusterSize: clusterSize) : ImageLimits.raw,
      isImage: true)
  }

  /// Whether a disk may be made as a raw one, as far as the script tells.
  private func mayBeRaw(_ disk: DeclaredBlock, of domain: Declaration) -> Bool {
    if disk.property("moved_from") != nil || disk["format"]?.isUnknown == true { return true }
    // A clone's disk is an overlay unless it is a copy, which keeps the format of its source.
    guard domain.source != nil, disk.inheritedFrom != nil || domain.source?.isHost == true else {
      return disk["format"] == .string("raw")
    }
    return domain.body["full"].map { $0 != .bool(false) } ?? false
      && (domain.source?.isHost == true || disk["format"] == .string("raw"))
  }

  private mutating func limit(_ size: DeclaredProperty, to limit: ByteSize, isImage: Bool) {
    guard case .size(let bytes) = size.value, bytes > limit else { return }
    report(ValidationMessages.beyondFormat(size, limit: limit, isImage: isImage))
  }
}

extension DeclaredBlock {
  /// The blocks of a kind by their keys: label, or kind and position such as `disk1`.
  func keyedBlocks(_ name: String) -> [(key: String, block: DeclaredBlock)] {
    blocks(name).enumerated().map { ($1.key(at: $0), $1) }
  }

  /// The block's key as the one at an index, from 0, among those of its kind: its label, else kind and
  /// position.
  package func key(at index: Int) -> String { label ?? Self.key(schema.name, at: index) }

  /// The key of a block without a label: `nic1` for the first `nic`.
  package static func key(_ kind: String, at index: Int) -> String { "\(kind)\(index + 1)" }
}
