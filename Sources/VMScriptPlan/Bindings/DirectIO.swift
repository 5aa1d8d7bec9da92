import Foundation

/// Access to a file that bypasses the cache of the host, as disks with `cache = none` have it.
enum DirectIO {
  /// The largest alignment that a file system needs, which QEMU assumes if the file system reports
  /// none.
  static let largestAlignment: Int64 = 4096

  /// `O_DIRECT` of Linux, which the headers do not export to Swift.
  private static let direct: Int32 = {
    #if arch(arm64) || arch(arm)
      0o200000
    #else
      0o40000
    #endif
  }()

  /// Returns the unit of a file's reads and writes in bytes, measured as QEMU does; nil if it
  /// cannot be measured.
  static func alignment(of path: String) -> Int64? {
    let file = open(path, O_RDONLY | direct | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(largestAlignment), alignment: Int(largestAlignment))
    defer { buffer.deallocate() }
    for unit in [1, 512, 1024, 2048, Int(largestAlignment)] {
      // SAFETY: the buffer holds the largest of the units.
      guard pread(file, buffer.baseAddress, unit, 0) >= 0 || errno != EINVAL else { continue }
      return unit == 1 ? largestAlignment : Int64(unit)
    }
    return nil
  }
}
