/// Files that could be mistaken for a raw disk, which has no header of its own.
enum ForeignContent {
  /// A signature: bytes at a fixed offset.
  private struct Signature {
    let bytes: [UInt8]
    let offset: Int
    let name: String

    init(_ text: String, at offset: Int = 0, _ name: String) {
      self.init(Array(text.utf8), at: offset, name)
    }

    init(_ bytes: [UInt8], at offset: Int = 0, _ name: String) {
      (self.bytes, self.offset, self.name) = (bytes, offset, name)
    }

    func matches(_ reader: ByteReader) -> Bool {
      reader.slice(offset, bytes.count)?.elementsEqual(bytes) ?? false
    }
  }

  /// Files that are often downloaded instead of an image.
  private static let files: [Signature] = [
    .init([0x1F, 0x8B], "a gzip archive"), .init([0x1F, 0x9D], "a compress archive"),
    .init([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz archive"),
    .init([0x5D, 0, 0, 0x80, 0, 0xFF, 0xFF, 0xFF, 0xFF], "an lzma archive"),
    .init([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive"),
    .init([0x04, 0x22, 0x4D, 0x18], "an lz4 archive"),
    .init([0x02, 0x21, 0x4C, 0x18], "an lz4 archive"),
    .init([0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A], "an lzop archive"),
    .init("LZIP", "an lzip archive"), .init("LRZI", "an lrzip archive"),
    .init("PK\u{3}\u{4}", "a zip archive"), .init("PK\u{5}\u{6}", "a zip archive"),
    .init([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
    .init("Rar!\u{1A}\u{7}", "a rar archive"), .init("MSCF\0\0\0\0", "a cab archive"),
    .init("xar!", "a xar archive"), .init("MSWIM\0\0\0", "a WIM archive"),
    .init("ustar", at: 257, "a tar archive, such as an OVA"),
    .init("070701", "a cpio archive"), .init("070702", "a cpio archive"),
    .init("070707", "a cpio archive"), .init("!<arch>\n", "an ar archive"),
    .init([0xED, 0xAB, 0xEE, 0xDB], "an rpm archive"), .init("VMA\0", "a Proxmox archive"),
    .init([0x7F, 0x45, 0x4C, 0x46], "a program"), .init("HdrS", at: 0x202, "a Linux kernel"),
    .init("%PDF-", "a document"), .init([0xFF, 0xFE], "text"), .init([0xFE, 0xFF], "text"),
  ]

  /// Images of other programs.
  private static let images: [Signature] = [
    .init("WithoutFreeSpace", "a Parallels image"), .init("WithouFreSpacExt", "a Parallels image"),
    .init("Bochs Virtual HD Image", "a Bochs image"),
    .init("#!/bin/sh\n#V2.0 Format\nmodprobe cloop", "a cloop image"),
    .init("OOOM", "a copy-on-write image of user-mode Linux"),
    .init("sprs", "a sparse image of macOS"), .init("shdw", "a sparse image of macOS"),
    .init([0x3A, 0xFF, 0x26, 0xED], "a sparse image of Android"),
    .init([0x45, 0x56, 0x46, 0x09, 0x0D, 0x0A, 0xFF, 0], "an EnCase image"),
  ]

  /// Files that are only a part of an image.
  private static let parts: [Signature] = [
    .init("COWD", "vmdk"), .init([0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0], "vmdk"),
  ]

  /// The signature at the end of a disk image of macOS.
  private static let diskCopy = Signature("koly", "a disk image of macOS")

  /// Throws if a file is not a raw disk.
  ///
  /// - Parameters:
  ///   - reader: the first bytes of a file in which no image was recognised.
  ///   - footer: the last 512 bytes.
  ///   - fileSize: in bytes.
  /// - Throws: a failure that names the kind of file.
  static func refuse(
    _ reader: ByteReader, _ footer: ByteReader, fileSize: Int64
  ) throws(StorageFailure) {
    if reader.holds("LUKS", at: 0), reader.big(4, 2) == 0xBABE { throw .encrypted(.raw) }
    if parts.contains(where: { $0.matches(reader) }) { throw .splitImage(nil) }
    if let found = images.first(where: { $0.matches(reader) }) { throw .foreignImage(found.name) }
    if diskCopy.matches(footer) { throw .foreignImage(diskCopy.name) }
    if let found = files.first(where: { $0.matches(reader) }) { throw .notAnImage(found.name) }
    // A bzip2 block begins with the digits of pi, the end of an archive with those of its square
    // root.
    if reader.holds("BZh", at: 0),
      [0x3141_5926_5359, 0x1772_4538_5090].contains(reader.big(4, 6))
    {
      throw .notAnImage("a bzip2 archive")
    }
    if let text = text(reader.bytes.prefix(4096)) { throw text }
    guard fileSize % 512 == 0 else {
      throw .notAnImage("a file of \(fileSize) bytes, no whole number of sectors")
    }
  }

  /// Whether the content is text. A disk holds zeros and code.
  private static func text(_ bytes: ArraySlice<UInt8>) -> StorageFailure? {
    let content = String(decoding: bytes, as: UTF8.self).drop(while: \.isWhitespace)
    let text = content.lowercased()
    if ["<!doctype", "<html", "<?xml", "<head", "<body"].contains(where: text.hasPrefix) {
      return .notAnImage("a web page")
    }
    // The last character may be cut off.
    let isText =
      bytes.allSatisfy { $0 >= 32 && $0 != 127 || (9...13).contains($0) }
      && !text.unicodeScalars.dropLast(3).contains("\u{FFFD}")
    guard isText else { return nil }
    let isDescriptor = text.hasPrefix("# disk descriptorfile") || text.contains("\ncreatetype=")
    return isDescriptor ? .splitImage(extent(content)) : .notAnImage("text")
  }

  /// The first file that a VMDK descriptor lists: `RW 8192 FLAT "disk-flat.vmdk" 0`.
  private static func extent(_ descriptor: Substring) -> String? {
    descriptor.split(whereSeparator: \.isNewline).first {
      ["rw", "rdonly"].contains($0.prefix { $0 != " " }.lowercased())
    }.flatMap { line in
      let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
      return parts.count > 2 ? String(parts[1]) : nil
    }
  }

  /// The formats by file extension. A file with such a name must have the header of its format.
  private static let extensions: [String: String] = [
    "qcow2": "qcow2", "qcow": "qcow2", "vmdk": "vmdk", "vdi": "vdi", "vhdx": "vhdx", "vhd": "vhd",
    "vpc": "vhd", "qed": "qed", "iso": "iso", "ova": "OVA", "gz": "gzip", "tgz": "gzip",
    "xz": "xz", "bz2": "bzip2", "zst": "zstd", "lz4": "lz4", "zip": "zip", "7z": "7z", "tar": "tar",
    "dmg": "dmg",
  ]

  /// Returns the format that a file name suggests; nil if it suggests none.
  static func format(named path: String) -> String? {
    guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: ".") else {
      return nil
    }
    return extensions[name[name.index(after: dot)...].lowercased()]
  }
}
