/// The formats of image files, named as in libvirt and QEMU.
public enum ImageFormat: String, Sendable, CaseIterable {
  case raw, qcow2, iso, vmdk, vdi, vhdx, qed
  /// A VHD of Virtual PC, Hyper-V or Azure.
  case vhd = "vpc"

  /// The common name of the format.
  package var name: String { self == .vhd ? "vhd" : rawValue }

  /// Whether the format must be converted before a guest can use it.
  package var isForeign: Bool {
    switch self {
    case .raw, .qcow2, .iso: false
    case .vmdk, .vdi, .vhdx, .qed, .vhd: true
    }
  }
}

/// The facts about an image file that its first and last bytes state.
public struct ImageProbe: Hashable, Sendable {
  /// The bytes that ``probe(_:footer:fileSize:)`` needs. An ISO's descriptor is at 32 KiB.
  public static let headerLength = 65_536
  /// A VHD of fixed size has its only header at the end.
  public static let footerLength = 512

  /// The format that the header shows; ``ImageFormat/raw`` where it shows none.
  public let format: ImageFormat
  /// The size that a guest sees, in bytes; nil where the header does not hold it.
  public var virtualSize: Int64?
  /// The backing file that the header names.
  public let backingFile: String?
  /// Whether a file without a known format begins like a disk, with a boot record.
  public var hasBootRecord = false

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - header: the file's first ``headerLength`` bytes, or all of a shorter file.
  ///   - footer: its last ``footerLength`` bytes, or all of a shorter file.
  ///   - fileSize: in bytes.
  /// - Throws: ``StorageFailure`` for a file that is empty, shorter than its own tables, or not an
  ///   image.
  public static func probe(
    _ header: [UInt8], footer: [UInt8] = [], fileSize: Int64
  ) throws(StorageFailure) -> ImageProbe {
    guard fileSize > 0, !header.isEmpty else { throw .emptyImage }
    let reader = ByteReader(bytes: header)
    if reader.big(0, 4) == 0x5146_49FB {
      return try qcow2(reader, fileSize)
    }
    if reader.holds("CD001", at: 32_769) { return try iso(reader, fileSize) }
    if isUDF(reader) { return ImageProbe(format: .iso, virtualSize: fileSize, backingFile: nil) }
    if reader.holds("KDMV", at: 0) { return try vmdk(reader, fileSize) }
    if reader.little(64, 4) == 0xBEDA_107F { return try vdi(reader, fileSize) }
    if reader.holds("vhdxfile", at: 0) {
      // The region tables are in the first megabyte. A shorter file has no content.
      guard fileSize >= 1 << 20 else { throw .truncatedImage(.vhdx, needs: 1 << 20, has: fileSize) }
      return ImageProbe(format: .vhdx, virtualSize: nil, backingFile: nil)
    }
    if reader.holds("QED\0", at: 0) { return try qed(reader, fileSize) }
    if let probe = try vhd(reader, ByteReader(bytes: footer), fileSize) { return probe }
    try ForeignContent.refuse(reader, ByteReader(bytes: footer), fileSize: fileSize)
    return ImageProbe(
      format: .raw, virtualSize: fileSize, backingFile: nil,
      hasBootRecord: reader.little(510, 2) == 0xAA55)
  }

  /// Compares the declared format with the format found.
  ///
  /// - Throws: a failure with both formats where they differ.
  public func check(declared: ImageFormat?) throws(StorageFailure) {
    guard let declared, declared != format else { return }
    throw .formatMismatch(declared: declared, found: format)
  }

  /// Returns the format to store on the host. If it differs from ``format``, the image is
  /// converted.
  ///
  /// - Parameter declared: the `format` in the script; nil keeps a format that guests can use.
  /// - Throws: ``StorageFailure/formatMismatch(declared:found:)`` if a conversion makes no sense,
  ///   such as for a file without a header that is declared as qcow2.
  package func target(declared: ImageFormat?) throws(StorageFailure) -> ImageFormat {
    let mismatch = StorageFailure.formatMismatch(declared: declared ?? format, found: format)
    switch (format, declared) {
    case (_, nil): return format.isForeign ? .qcow2 : format
    case (_, .vhdx?), (_, .vhd?), (_, .qed?): throw .unfitFormat(declared ?? format)
    case (.iso, .raw), (.iso, .iso): return declared ?? .iso
    case (.iso, _), (_, .iso): throw mismatch
    case (.raw, let other?) where other != .raw && !hasBootRecord: throw mismatch
    case (_, let other?): return other
    }
  }

  private static func qcow2(_ reader: ByteReader, _ fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    let headerEnd = Int64(72)
    guard let version = reader.big(4, 4), let backingOffset = reader.big(8, 8),
      let backingLength = reader.big(16, 4), let clusterBits = reader.big(20, 4),
      let size = reader.big(24, 8), let encryption = reader.big(32, 4),
      let l1Count = reader.big(36, 4), let l1Offset = reader.big(40, 8),
      let refcountOffset = reader.big(48, 8), let refcountClusters = reader.big(56, 4),
      fileSize >= headerEnd
    else { throw .truncatedImage(.qcow2, needs: headerEnd, has: fileSize) }
    if version == 1 { throw .foreignImage("a qcow image of version 1") }
    guard version == 2 || version == 3, (9...21).contains(clusterBits), encryption <= 2,
      l1Count <= Self.maximumL1Count, let virtualSize = Int64(exactly: size)
    else { throw .corruptImage(.qcow2) }
    if version == 3 {
      guard let features = reader.big(72, 8) else {
        throw .truncatedImage(.qcow2, needs: 104, has: fileSize)
      }
      // Bit 1 marks an image that qemu found corrupt, bit 2 one whose data is in another file.
      if features & 2 != 0 { throw .corruptImage(.qcow2) }
      if features & 4 != 0 { throw .splitImage(dataFile(reader)) }
    }
    if encryption != 0 { throw .encrypted(.qcow2) }
    try holds(.qcow2, l1Offset, length: l1Count * 8, fileSize)
    try holds(.qcow2, refcountOffset, length: refcountClusters << clusterBits, fileSize)
    return ImageProbe(
      format: .qcow2, virtualSize: virtualSize,
      backingFile: try backing(reader, backingOffset, backingLength))
  }

  /// Returns the external data file of a qcow2 image of version 3, from its header extensions.
  private static func dataFile(_ reader: ByteReader) -> String? {
    guard var offset = reader.big(100, 4) else { return nil }
    while let type = reader.big(Int(offset), 4), let length = reader.big(Int(offset) + 4, 4),
      type != 0, length < 4096
    {
      if type == 0x4441_5441 {
        return reader.slice(Int(offset) + 8, Int(length)).map {
          String(decoding: $0, as: UTF8.self)
        }
      }
      offset += 8 + (length + 7) / 8 * 8
    }
    return nil
  }

  /// The maximum number of entries in the first table of a qcow2 image. QEMU opens no larger one,
  /// and all entries are read.
  private static let maximumL1Count: UInt64 = 4 << 20

  private static func backing(_ reader: ByteReader, _ offset: UInt64, _ length: UInt64)
    throws(StorageFailure) -> String?
  {
    guard offset != 0 else { return nil }
    guard length <= 1023, let start = Int(exactly: offset),
      let name = reader.slice(start, Int(length))
    else { throw .corruptImage(.qcow2) }
    return String(decoding: name, as: UTF8.self)
  }

  private static func iso(_ reader: ByteReader, _ fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    // The primary volume descriptor: volume space in blocks at 80, block size at 128.
    guard let blocks = reader.little(32_768 + 80, 4), let block = reader.little(32_768 + 128, 2)
    else { throw .truncatedImage(.iso, needs: 34_816, has: fileSize) }
    try holds(.iso, 0, length: blocks * block, fileSize)
    return ImageProbe(format: .iso, virtualSize: fileSize, backingFile: nil)
  }

  private static func vmdk(_ reader: ByteReader, _ fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    guard let sectors = reader.little(12, 8), let overhead = reader.little(64, 8) else {
      throw .truncatedImage(.vmdk, needs: 512, has: fileSize)
    }
    guard sectors < 1 << 53, overhead < 1 << 53 else { throw .corruptImage(.vmdk) }
    // Without a capacity, an embedded descriptor lists the files with the content.
    if sectors == 0 { throw .splitImage(nil) }
    try holds(.vmdk, 0, length: overhead * 512, fileSize)
    return ImageProbe(
      format: .vmdk, virtualSize: Int64(sectors * 512), backingFile: parent(ofVMDK: reader))
  }

  /// Returns the parent that the embedded descriptor names, which QEMU would open as the backing
  /// file.
  private static func parent(ofVMDK reader: ByteReader) -> String? {
    guard let sector = reader.little(28, 8), let sectors = reader.little(36, 8),
      let start = Int(exactly: sector).flatMap({ $0 < 1 << 20 ? $0 * 512 : nil }), start > 0,
      let length = Int(exactly: sectors).map({ min($0, 20) * 512 })
    else { return nil }
    let bytes = reader.bytes.dropFirst(start).prefix(length)
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map {
        $0.trimmingPrefix { $0.isWhitespace || $0 == "\"" }
      }
      guard parts.count == 2, parts[0].hasPrefix("parentFileNameHint") else { continue }
      let name = parts[1].prefix { $0 != "\"" }
      if !name.isEmpty { return String(name) }
    }
    return nil
  }

  private static func vdi(_ reader: ByteReader, _ fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    guard let data = reader.little(0x158, 4), let size = reader.little(0x170, 8),
      let block = reader.little(0x178, 4), let allocated = reader.little(0x184, 4)
    else { throw .truncatedImage(.vdi, needs: 512, has: fileSize) }
    guard let virtualSize = Int64(exactly: size), block < 1 << 31, allocated < 1 << 31 else {
      throw .corruptImage(.vdi)
    }
    // Types 1 and 2 are standalone. All others, and every link to another image, are differencing.
    let links = reader.slice(0x1A8, 32) ?? []
    guard [1, 2].contains(reader.little(0x4C, 4)), links.allSatisfy({ $0 == 0 }) else {
      throw .hasBackingFile(nil)
    }
    try holds(.vdi, data, length: block * allocated, fileSize)
    return ImageProbe(format: .vdi, virtualSize: virtualSize, backingFile: nil)
  }

  private static func qed(_ reader: ByteReader, _ fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    guard let features = reader.little(16, 8), let size = reader.little(48, 8),
      let offset = reader.little(56, 4), let length = reader.little(60, 4), fileSize >= 64
    else { throw .truncatedImage(.qed, needs: 64, has: fileSize) }
    guard let virtualSize = Int64(exactly: size) else { throw .corruptImage(.qed) }
    // Bit 0 marks an image with a backing file.
    guard features & 1 == 0 else {
      let name = reader.slice(Int(offset), Int(min(length, 1023)))
      throw .hasBackingFile(name.map { String(decoding: $0, as: UTF8.self) })
    }
    return ImageProbe(format: .qed, virtualSize: virtualSize, backingFile: nil)
  }

  /// Probes a VHD. It has a footer, and a copy of it at the beginning unless its size is fixed.
  private static func vhd(
    _ header: ByteReader, _ footer: ByteReader, _ fileSize: Int64
  ) throws(StorageFailure) -> ImageProbe? {
    let copies = [header, footer].filter { $0.holds("conectix", at: 0) && isWhole(vhd: $0) }
    guard !copies.isEmpty else {
      if header.holds("conectix", at: 0) { throw .corruptImage(.vhd) }
      return nil
    }
    for copy in copies {
      // Fixed and dynamic images are standalone. Type 4 is a differencing image.
      switch copy.big(60, 4) {
      case 2, 3: continue
      case 4: throw .hasBackingFile(nil)
      default: throw .corruptImage(.vhd)
      }
    }
    // QEMU uses one of the two sizes, depending on the creator.
    return ImageProbe(format: .vhd, virtualSize: nil, backingFile: nil)
  }

  /// Whether the checksum of a footer is correct, which rules out a chance match of the signature.
  private static func isWhole(vhd reader: ByteReader) -> Bool {
    guard let bytes = reader.slice(0, 512), let declared = reader.big(64, 4) else { return false }
    let sum = bytes.enumerated().reduce(UInt32(0)) { sum, byte in
      (64..<68).contains(byte.offset) ? sum : sum &+ UInt32(byte.element)
    }
    return UInt64(~sum) == declared
  }

  /// Whether the file system is UDF, which may be the only one on a DVD or Blu-ray disc.
  private static func isUDF(_ reader: ByteReader) -> Bool {
    guard reader.holds("BEA01", at: 32_769) else { return false }
    return stride(from: 34_817, to: 65_000, by: 2048).contains { offset in
      reader.holds("NSR02", at: offset) || reader.holds("NSR03", at: offset)
    }
  }

  /// Throws if the file ends before a part that its header points to.
  private static func holds(
    _ format: ImageFormat, _ offset: UInt64, length: UInt64, _ fileSize: Int64
  ) throws(StorageFailure) {
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, let needed = Int64(exactly: end) else { throw .corruptImage(format) }
    guard needed <= fileSize else { throw .truncatedImage(format, needs: needed, has: fileSize) }
  }
}

/// The mapping tables of a qcow2 image, which show how much of the file the content needs.
///
/// A partial download has a valid header. Only the tables show that content is missing.
struct QCOW2Tables {
  /// Reads bytes from an offset, fewer at the end of the file.
  typealias Read = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

  private let fileSize: Int64
  private let read: Read
  private let clusterBits: UInt64
  /// The length of an entry: 16 if each is followed by the allocation of its subclusters.
  private let entrySize: UInt64

  /// Throws if the file ends before content that its tables point to.
  ///
  /// - Parameters:
  ///   - header: the file's first bytes, validated by ``ImageProbe``.
  ///   - fileSize: in bytes.
  ///   - read: reads the tables.
  ///   - check: called between two tables; an error that it throws ends the reading.
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

  /// The mask for bits 9 to 55 of an entry: the offset of its cluster in the file.
  private static let offsetMask: UInt64 = 0x00FF_FFFF_FFFF_FE00

  private func requireContent(ofTable table: UInt64) throws {
    guard table & (1 << clusterBits - 1) == 0 else { throw StorageFailure.corruptImage(.qcow2) }
    var last: UInt64 = 0
    for entry in try entries(at: table, count: (1 << clusterBits) / entrySize, size: entrySize) {
      last = max(last, start(of: entry))
    }
    // The last cluster or sector may be missing if it holds only zeros.
    try requireLength(last == 0 ? 0 : last + 1)
  }

  /// Returns the offset of the last cluster, or of the last sector of compressed content, of an
  /// entry.
  private func start(of entry: UInt64) -> UInt64 {
    guard entry & (1 << 62) != 0 else { return entry & Self.offsetMask }
    let offsetBits = 62 - (clusterBits - 8)
    let offset = entry & (1 << offsetBits - 1)
    let furtherSectors = (entry & (1 << 62 - 1)) >> offsetBits
    return offset & ~511 + furtherSectors * 512
  }

  /// Returns the first eight bytes of each entry of a table.
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

/// Reads fixed-width integers from a file header; nil if the header is too short.
struct ByteReader {
  let bytes: [UInt8]

  func big(_ offset: Int, _ width: Int) -> UInt64? {
    slice(offset, width)?.reduce(0) { $0 << 8 | UInt64($1) }
  }

  func little(_ offset: Int, _ width: Int) -> UInt64? {
    slice(offset, width)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  func holds(_ text: String, at offset: Int) -> Bool {
    slice(offset, text.utf8.count).map { $0.elementsEqual(text.utf8) } ?? false
  }

  func slice(_ offset: Int, _ width: Int) -> ArraySlice<UInt8>? {
    guard offset >= 0, width >= 0, offset <= bytes.count - width else { return nil }
    return bytes[offset..<(offset + width)]
  }
}
