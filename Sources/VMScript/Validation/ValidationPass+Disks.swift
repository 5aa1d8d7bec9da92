import VMScriptSyntax

extension ValidationPass {
  /// Disks hold their images, have targets of their own, and come from where no disk is left.
  mutating func disks(of declaration: Declaration) {
    for disk in declaration.body.blocks("disk") {
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

extension DeclaredBlock {
  /// The blocks of a kind by their keys: label, or kind and position such as `disk1`.
  func keyedBlocks(_ name: String) -> [(key: String, block: DeclaredBlock)] {
    blocks(name).enumerated().map { ($1.label ?? "\(name)\($0 + 1)", $1) }
  }
}
