import CArchive
import Foundation
import VMScriptPlan

/// An ISO image of files, with Joliet and Rock Ridge names.
package enum ISOImage {
  /// The volume label by which cloud-init finds the seed of its data source NoCloud.
  package static let seedLabel = "cidata"

  /// Returns the image's bytes; the same files always result in the same bytes.
  ///
  /// - Parameter label: the volume label, of characters that ``TextFormat/volumeLabel`` allows.
  /// - Throws: ``StorageFailure/seedFailed(_:)`` with libarchive's message, which contains no content.
  package static func build(
    _ files: [SeedFile], label: String = seedLabel
  ) throws(StorageFailure) -> [UInt8] {
    let content = files.reduce(0) { $0 + $1.content.count + 4096 }
    // Descriptors, path tables and padding of the format take less than a megabyte.
    var image = [UInt8](repeating: 0, count: content + 1 << 20)
    var used = 0
    let start = time(nil)
    let failure = image.withUnsafeMutableBytes { buffer in
      withUnsafeMutablePointer(to: &used) { write(files, label, into: buffer, used: $0) }
    }
    if let failure { throw .seedFailed("libarchive: \(failure)") }
    image.removeSubrange(used...)
    let sectors = files.reduce(0) { $0 + ($1.content.count + sector - 1) / sector }
    fixDates(&image, before: image.count - sectors * sector, writtenFrom: start, to: time(nil))
    return image
  }

  /// Writes the archive; returns libarchive's message if that fails.
  private static func write(
    _ files: [SeedFile], _ label: String, into buffer: UnsafeMutableRawBufferPointer,
    used: UnsafeMutablePointer<Int>
  ) -> String? {
    // SAFETY: the archive is freed once, here; `buffer` and `used` outlive it, as the caller holds
    // both for the length of this call and closing writes through them for the last time.
    guard let archive = archive_write_new() else { return "out of memory" }
    defer { archive_write_free(archive) }
    func failed(_ status: Int32) -> Bool { status < ARCHIVE_WARN }
    func message() -> String {
      archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
    }

    // `strict` keeps the mode 0600; `useful` would make every file readable by all. Guests without
    // zisofs cannot read compressed files, and `zisofs=0` turns compression on.
    // `!pad` leaves out 300 KiB of zeros, which only readers of optical discs need.
    let options = "volume-id=\(label),joliet,rockridge=strict,!zisofs,!pad"
    if failed(archive_write_set_format_iso9660(archive))
      || failed(archive_write_set_options(archive, options))
      || failed(archive_write_set_bytes_in_last_block(archive, 1))
      || failed(archive_write_open_memory(archive, buffer.baseAddress, buffer.count, used))
    {
      return message()
    }
    for file in files where !add(file, to: archive) { return message() }
    return failed(archive_write_close(archive)) ? message() : nil
  }

  /// Returns the files in an image's root folder; nil if it is not such an image.
  package static func files(in image: [UInt8]) -> [SeedFile]? {
    // SAFETY: the archive is freed once, here; it reads from the image only during the closure.
    guard let archive = archive_read_new() else { return nil }
    defer { archive_read_free(archive) }
    guard archive_read_support_format_iso9660(archive) >= ARCHIVE_WARN else { return nil }
    return image.withUnsafeBytes { buffer -> [SeedFile]? in
      guard archive_read_open_memory(archive, buffer.baseAddress, buffer.count) >= ARCHIVE_WARN
      else { return nil }
      var files: [SeedFile] = []
      var entry: OpaquePointer?
      while true {
        let status = archive_read_next_header(archive, &entry)
        if status == ARCHIVE_EOF { return files }
        guard status >= ARCHIVE_WARN, let path = archive_entry_pathname(entry) else { return nil }
        let size = archive_entry_size(entry)
        if String(cString: path) == "." { continue }
        // No file is larger than a whole image, even if it was compressed.
        guard (0...largestFile).contains(size) else { return nil }
        var content = [UInt8](repeating: 0, count: Int(size))
        let count = content.withUnsafeMutableBytes {
          archive_read_data(archive, $0.baseAddress, $0.count)
        }
        guard count == content.count else { return nil }
        files.append(SeedFile(name: String(cString: path), content: content))
      }
    }
  }

  private static let largestFile: Int64 = 16 << 20

  private static func add(_ file: SeedFile, to archive: OpaquePointer) -> Bool {
    // SAFETY: the entry is freed once, here; libarchive copies the name and the content.
    guard let entry = archive_entry_new() else { return false }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, file.name)
    archive_entry_set_size(entry, Int64(file.content.count))
    archive_entry_set_mode(entry, 0o100600)
    for set in [
      archive_entry_set_mtime, archive_entry_set_atime, archive_entry_set_ctime,
      archive_entry_set_birthtime,
    ] { set(entry, 0, 0) }
    guard archive_write_header(archive, entry) >= ARCHIVE_WARN else { return false }
    return file.content.withUnsafeBytes {
      archive_write_data(archive, $0.baseAddress, $0.count) == $0.count
    }
  }

  private static let sector = 2048

  /// Replaces the current time, which libarchive writes to descriptors and to the folders that it adds,
  /// with the epoch.
  ///
  /// - Parameters:
  ///   - content: the offset of the first file's content, behind all descriptors and folders.
  ///   - start: the time before the image was written.
  ///   - end: the time after it.
  private static func fixDates(
    _ image: inout [UInt8], before content: Int, writtenFrom start: time_t, to end: time_t
  ) {
    let epoch = Array("1970010100000000".utf8) + [0]
    // Descriptors start in sector 16 and end with type 255; the creation and modification times are at
    // offset 813.
    var offset = 16 * sector
    while offset + sector <= image.count, image[offset] != 255 {
      if image[offset] == 1 || image[offset] == 2 {
        image.replaceSubrange((offset + 813)..<(offset + 847), with: epoch + epoch)
        // The effective date at offset 864 is the current time too.
        image.replaceSubrange((offset + 864)..<(offset + 881), with: epoch)
      }
      offset += sector
    }
    // A sector with libarchive's version follows, with the time as a text.
    let text = Array("INFO ".utf8)
    let note = offset + sector
    if image[note...].starts(with: text) {
      let first = note + text.count
      image.replaceSubrange(first..<(first + 24), with: "Thu Jan  1 00:00:00 1970".utf8)
    }
    for moment in start...end { replaceDates(of: moment, in: &image, before: content) }
  }

  /// Replaces the binary dates of folders: seven bytes, from the year since 1900 to the distance from
  /// UTC in quarters of an hour (ECMA-119, 9.1.5).
  private static func replaceDates(of moment: time_t, in image: inout [UInt8], before end: Int) {
    var (moment, local) = (moment, tm())
    localtime_r(&moment, &local)
    let date = [
      local.tm_year, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
      Int32(local.tm_gmtoff / 900),
    ].map { UInt8(truncatingIfNeeded: $0) }
    let epoch: [UInt8] = [70, 1, 1, 0, 0, 0, 0]
    var offset = 16 * sector
    while offset + date.count <= end {
      if image[offset] == date[0], image[offset..<(offset + date.count)].elementsEqual(date) {
        image.replaceSubrange(offset..<(offset + date.count), with: epoch)
        offset += date.count
      } else {
        offset += 1
      }
    }
  }
}
