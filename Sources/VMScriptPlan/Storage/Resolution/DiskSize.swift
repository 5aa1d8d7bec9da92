import VMScript

/// The declared size of a disk or of an image.
struct DiskSize: Hashable, Sendable {
  /// In bytes, as written.
  package let declared: Int64
  /// In bytes, as it is made: rounded up to whole MiB.
  package let bytes: Int64

  /// - Returns: nil for a value that is no size.
  init?(_ value: Value?) {
    guard case .size(let size)? = value else { return nil }
    declared = size.bytes
    bytes = size.wholeDisk.bytes
  }

  /// Whether a disk of this capacity is of the declared size: not smaller, and not larger than what
  /// would be made. Disks that were made otherwise are left as they are.
  func isMet(by capacity: Int64, as format: ImageFormat) -> Bool {
    guard capacity == bytes || (declared <= capacity && capacity <= bytes) else { return false }
    // A guest may not be able to start with a raw disk that ends within a sector.
    return format != .raw || capacity % Self.largestSector == 0
  }

  /// Refuses what an image of a format cannot hold.
  ///
  /// - Parameter clusterSize: a qcow2 image's, in bytes; nil for the one that it has undeclared.
  func require(_ format: ImageFormat, clusterSize: Int64?) throws(StorageFailure) {
    guard format == .qcow2 else { return }
    let limit = ImageLimits.qcow2(
      clusterSize: clusterSize.map(ByteSize.init) ?? ImageLimits.standardClusterSize)
    if bytes > limit.bytes {
      throw .tooLarge(format, declared: declared, limit: limit.bytes)
    }
  }

  private static let largestSector: Int64 = 4096
}

extension Value {
  /// The size in bytes of a disk that is declared with this value; nil for what is no size.
  var diskSize: Int64? { DiskSize(self)?.bytes }
}
