/// The mapping tables of a qcow2 image, which say how much of the file its content needs.
///
/// A broken download begins like a whole one: only the tables tell that content is missing.
struct QCOW2Tables {
  /// Gives bytes of the file from an offset on, fewer where it ends.
  package typealias Read = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

  private let fileSize: Int64
  private let read: Read
  private let clusterBits: UInt64
  /// 16 where each entry is followed by the allocation of its subclusters.
  private let entrySize: UInt64

  /// Refuses a file that ends before content that its tables point to.
  ///
  /// - Parameters:
  ///   - header: the file's first bytes, which ``ImageProbe`` found sound.
  ///   - fileSize: in bytes.
  ///   - read: reads the tables.
  ///   - check: called between two tables; what it throws ends the reading.
  /// - Throws: ``StorageFailure`` if the file is cut short or damaged, and what `read` throws.
  static func requireWhole(
    header bytes: [UInt8], fileSize: Int64, check: () throws -> Void, read: @escaping Read
  ) throws {
    let header = ByteReader(bytes: bytes)
    guard let version = header.big(4, 4), let clusterBits = header.big(20, 4),
      let count = header.big(36, 4), let offset = header.big(40, 8)
    else { throw StorageFailure.corruptImage(.qcow2) }
    let features = version >= 3 ? header.big(72, 8) ?? 0 : 0
    let tables = QCOW2Tables(
      fileSize: fileSize, read: read, clusterBits: clusterBits,
      entrySize: features & 16 != 0 ? 16 : 8)
    for entry in try tables.entries(at: offset, count: count, size: 8) {
      try check()
      let table = entry & Self.offsetMask
      if table != 0 { try tables.requireContent(ofTable: table) }
    }
  }

  /// Bits 9 to 55 of an entry are where in the file its cluster begins.
  private static let offsetMask: UInt64 = 0x00FF_FFFF_FFFF_FE00

  private func requireContent(ofTable table: UInt64) throws {
    guard table & (1 << clusterBits - 1) == 0 else { throw StorageFailure.corruptImage(.qcow2) }
    var last: UInt64 = 0
    for entry in try entries(at: table, count: (1 << clusterBits) / entrySize, size: entrySize) {
      last = max(last, start(of: entry))
    }
    // The last cluster or sector itself may be cut off where it holds nothing but zeros.
    try requireLength(last == 0 ? 0 : last + 1)
  }

  /// Where the last cluster, or the last sector of compressed content, of an entry begins.
  private func start(of entry: UInt64) -> UInt64 {
    guard entry & (1 << 62) != 0 else { return entry & Self.offsetMask }
    let offsetBits = 62 - (clusterBits - 8)
    let offset = entry & (1 << offsetBits - 1)
    let furtherSectors = (entry & (1 << 62 - 1)) >> offsetBits
    return offset & ~511 + furtherSectors * 512
  }

  /// The first eight bytes of each entry of a table.
  private func entries(at offset: UInt64, count: UInt64, size: UInt64) throws -> [UInt64] {
    try requireLength(offset + count * size)
    let reader = ByteReader(bytes: try read(offset, Int(count * size)))
    return try (0..<Int(count)).map { index in
      guard let entry = reader.big(index * Int(size), 8) else {
        throw StorageFailure.changedWhileRead
      }
      return entry
    }
  }

  private func requireLength(_ needed: UInt64) throws(StorageFailure) {
    guard needed <= UInt64(clamping: fileSize) else {
      throw .truncatedImage(.qcow2, needs: Int64(clamping: needed), has: fileSize)
    }
  }
}
