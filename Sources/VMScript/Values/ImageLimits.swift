/// The sizes that images can have, by QEMU's limits.
public enum ImageLimits {
  /// The cluster sizes of qcow2 images; each is a power of two.
  public static let clusterSizes = ByteSize(bytes: 512)...ByteSize.mib(2)

  /// The cluster size of a qcow2 image that declares none.
  public static let standardClusterSize = ByteSize.kib(64)

  /// The largest raw disk, whatever the file system can hold.
  public static let raw = ByteSize(bytes: (.max >> 30) << 30)

  /// Whether a qcow2 image can have clusters of a size.
  public static func isClusterSize(_ size: ByteSize) -> Bool {
    clusterSizes.contains(size) && size.bytes & (size.bytes - 1) == 0
  }

  /// The largest disk in a qcow2 image: QEMU opens a first table of at most 2²² entries, each for a
  /// cluster of entries of 8 bytes, each for a cluster.
  ///
  /// - Parameter clusterSize: a size that clusters can have; others count as the nearest limit.
  public static func qcow2(clusterSize: ByteSize = standardClusterSize) -> ByteSize {
    let cluster = min(max(clusterSize, clusterSizes.lowerBound), clusterSizes.upperBound).bytes
    return ByteSize(bytes: (cluster / 8 * cluster) << 22)
  }
}
