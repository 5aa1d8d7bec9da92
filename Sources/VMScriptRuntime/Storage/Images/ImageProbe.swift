/// The formats that an image file can have.
public enum ImageFormat: String, Sendable, CaseIterable { case raw, qcow2, iso, vmdk, vdi, vhdx }

/// What the first bytes of an image file say about it.
public struct ImageProbe: Hashable, Sendable {
  /// As many bytes as ``probe(_:fileSize:)`` wants to see: an ISO's descriptor lies at 32 KiB.
  public static let headerLength = 65_536

  /// The format that the header shows; ``ImageFormat/raw`` where it shows none.
  public let format: ImageFormat
  /// The size that a guest sees, in bytes; nil where the header does not hold it.
  public let virtualSize: Int64?
  /// The file that this one is a difference to, as the header names it.
  public let backingFile: String?
  /// Whether what has no format of its own begins like a disk, with a boot record.
  public var hasBootRecord = false

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - header: the file's first ``headerLength`` bytes, or all of a shorter file.
  ///   - fileSize: in bytes.
  /// - Throws: ``StorageFailure`` for a file that is empty, shorter than its own tables, or no image.
  public static func probe(_ header: [UInt8], fileSize: Int64) throws(StorageFailure)
    -> ImageProbe
  {
    guard fileSize > 0, !header.isEmpty else { throw .emptyImage }
    let reader = ByteReader(bytes: header)
    if reader.big(0, 4) == 0x5146_49FB {
      return try qcow2(reader, fileSize)
    }
    if reader.holds("CD001", at: 32_769) { return try iso(reader, fileSize) }
    if reader.holds("KDMV", at: 0) { return try vmdk(reader, fileSize) }
    if reader.holds("# Disk DescriptorFile", at: 0) { throw .splitImage }
    if reader.little(64, 4) == 0xBEDA_107F { return try vdi(reader, fileSize) }
    if reader.holds("vhdxfile", at: 0) {
      // The region tables lie in the first megabyte; a file that ends before has no content.
      guard fileSize >= 1 << 20 else { throw .truncatedImage(.vhdx, needs: 1 << 20, has: fileSize) }
      return ImageProbe(format: .vhdx, virtualSize: nil, backingFile: nil)
    }
    if let foreign = foreignContent(reader) { throw .notAnImage(foreign) }
    return ImageProbe(
      format: .raw, virtualSize: fileSize, backingFile: nil,
      hasBootRecord: reader.little(510, 2) == 0xAA55)
  }

  /// Checks the format that a script declares against the one found.
  ///
  /// - Throws: a failure with both formats where they differ.
  public func check(declared: ImageFormat?) throws(StorageFailure) {
    guard let declared, declared != format else { return }
    throw .formatMismatch(declared: declared, found: format)
  }

  /// The format that the image shall have on the host; another one than ``format`` means conversion.
  ///
  /// - Parameter declared: the `format` that the script names; nil keeps what guests can run on.
  /// - Throws: ``StorageFailure/formatMismatch(declared:found:)`` where a conversion would make
  ///   nonsense of it, such as of a file without any header that is declared as qcow2.
  func target(declared: ImageFormat?) throws(StorageFailure) -> ImageFormat {
    let mismatch = StorageFailure.formatMismatch(declared: declared ?? format, found: format)
    switch (format, declared) {
    case (.vmdk, nil), (.vdi, nil), (.vhdx, nil): return .qcow2
    case (_, nil): return format
    case (_, .vhdx): throw .unfitFormat(.vhdx)
    case (.iso, .raw), (.iso, .iso): return declared ?? .iso
    case (.iso, _), (_, .iso): throw mismatch
    case (.raw, let other?) where other != .raw && !hasBootRecord: throw mismatch
    case (_, let other?): return other
    }
  }

  /// What is often downloaded instead of an image.
  private static func foreignContent(_ reader: ByteReader) -> String? {
    if reader.big(0, 2) == 0x1F8B { return "a gzip archive" }
    if reader.big(0, 6) == 0xFD37_7A58_5A00 { return "an xz archive" }
    if reader.big(0, 4) == 0x28B5_2FFD { return "a zstd archive" }
    if reader.holds("PK\u{3}\u{4}", at: 0) { return "a zip archive" }
    let start = reader.bytes.prefix(256).drop { $0 == 32 || (9...13).contains($0) }
    let text = String(decoding: start.prefix(16), as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype") || text.hasPrefix("<html") { return "a web page" }
    return nil
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
    guard version == 2 || version == 3, (9...21).contains(clusterBits), encryption <= 2,
      l1Count <= Self.maximumL1Count, let virtualSize = Int64(exactly: size)
    else { throw .corruptImage(.qcow2) }
    if version == 3 {
      guard let features = reader.big(72, 8) else {
        throw .truncatedImage(.qcow2, needs: 104, has: fileSize)
      }
      // Bit 1 marks an image that qemu found corrupt, bit 2 one whose data is in another file.
      if features & 2 != 0 { throw .corruptImage(.qcow2) }
      if features & 4 != 0 { throw .splitImage }
    }
    try holds(.qcow2, l1Offset, length: l1Count * 8, fileSize)
    try holds(.qcow2, refcountOffset, length: refcountClusters << clusterBits, fileSize)
    return ImageProbe(
      format: .qcow2, virtualSize: virtualSize,
      backingFile: try backing(reader, backingOffset, backingLength))
  }

  /// Entries of the first table of a qcow2 image: qemu opens none with more, and all are read.
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
    try holds(.vmdk, 0, length: overhead * 512, fileSize)
    return ImageProbe(format: .vmdk, virtualSize: Int64(sectors * 512), backingFile: nil)
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
    try holds(.vdi, data, length: block * allocated, fileSize)
    return ImageProbe(format: .vdi, virtualSize: virtualSize, backingFile: nil)
  }

  /// Refuses a file that ends before a part its header points to.
  private static func holds(
    _ format: ImageFormat, _ offset: UInt64, length: UInt64, _ fileSize: Int64
  ) throws(StorageFailure) {
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, let needed = Int64(exactly: end) else { throw .corruptImage(format) }
    guard needed <= fileSize else { throw .truncatedImage(format, needs: needed, has: fileSize) }
  }
}
