import CArchive
import Foundation

/// The decompression of an image by libarchive.
///
/// Only decompressors of the library itself are used, never other programs.
enum CompressedImage {
  /// The reason why an archive was not decompressed.
  enum Failure: Error, Hashable {
    /// libarchive's message.
    case damaged(String)
    /// The archive holds no image.
    case empty
    /// The archive holds several images, with these names.
    case several([String])
    case output(OutputFile.Failure)
    case cancelled
  }

  /// Whether a file begins like a compressed file or a tar archive.
  static func isArchive(_ header: [UInt8]) -> Bool {
    let signatures: [[UInt8]] = [
      [0x1F, 0x8B], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
    ]
    if signatures.contains(where: { header.starts(with: $0) }) { return true }
    let isBzip2 =
      header.starts(with: Array("BZh".utf8)) && header.count > 10
      && (Array(header[4..<10]) == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
        || Array(header[4..<10]) == [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
    return isBzip2 || (header.count > 262 && Array(header[257..<262]) == Array("ustar".utf8))
  }

  /// Decompresses the one image of a file.
  ///
  /// - Parameters:
  ///   - path: a compressed file, or a tar archive, compressed or not.
  ///   - target: creates the result for the name in the archive; nil for a compressed file.
  ///   - progress: receives the bytes written so far; false ends the work.
  /// - Returns: the path of the result.
  static func expand(
    _ path: String, _ target: (String?) throws(OutputFile.Failure) -> OutputFile,
    progress: (Int64) -> Bool
  ) throws(Failure) -> String {
    // A tar is read twice, so that a second image is found before anything is written.
    let members = try images(in: path, progress)
    if members.count > 1 { throw .several(members.compactMap(\.name)) }
    guard let member = members.first else { throw .empty }
    let archive = try open(path, isTar: member.name != nil)
    defer { archive_read_free(archive) }
    for _ in 0...member.position { _ = try next(archive) }
    let output: OutputFile
    do throws(OutputFile.Failure) { output = try target(member.name) } catch {
      throw .output(error)
    }
    try copy(archive, to: output, progress)
    return output.path
  }

  /// A member of an archive; nil names the content of a compressed file.
  private struct Member {
    let position: Int
    let name: String?
  }

  private static func images(
    in path: String, _ progress: (Int64) -> Bool
  ) throws(Failure) -> [Member] {
    guard try isTar(path) else { return [Member(position: 0, name: nil)] }
    let archive = try open(path, isTar: true)
    defer { archive_read_free(archive) }
    var files: [Member] = []
    var position = 0
    while let entry = try next(archive) {
      guard progress(0) else { throw .cancelled }
      let isFile = archive_entry_filetype(entry) & S_IFMT == S_IFREG
      if isFile, let name = archive_entry_pathname(entry), archive_entry_size(entry) > 0 {
        files.append(Member(position: position, name: String(cString: name)))
      }
      position += 1
      guard position < 10_000 else { throw .damaged("more than 10000 members") }
    }
    let images = files.filter { isImageName($0.name ?? "") }
    return images.isEmpty && files.count == 1 ? files : images
  }

  private static func isImageName(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    guard !last.hasPrefix("."), let dot = last.lastIndex(of: ".") else { return false }
    let names = ["qcow2", "img", "raw", "vmdk", "vdi", "vhd", "vhdx", "iso", "qed"]
    return names.contains(last[last.index(after: dot)...].lowercased())
  }

  /// Whether the decompressed content is a tar archive. libarchive itself also takes zeros for one,
  /// which a disc image begins with.
  private static func isTar(_ path: String) throws(Failure) -> Bool {
    let archive = try open(path, isTar: false)
    defer { archive_read_free(archive) }
    guard try next(archive) != nil else { return false }
    var block = [UInt8](repeating: 0, count: 512)
    // SAFETY: no more is read than the block holds.
    let count = block.withUnsafeMutableBytes {
      archive_read_data(archive, $0.baseAddress, $0.count)
    }
    guard count >= 0 else { throw .damaged(message(archive)) }
    return count == block.count && Array(block[257..<262]) == Array("ustar".utf8)
  }

  private static func open(_ path: String, isTar: Bool) throws(Failure) -> OpaquePointer {
    // SAFETY: each caller frees the archive once.
    guard let archive = archive_read_new() else { throw .damaged("out of memory") }
    let supports = [
      archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
      archive_read_support_filter_xz, archive_read_support_filter_zstd,
      isTar ? archive_read_support_format_tar : archive_read_support_format_raw,
    ]
    // A warning means that another program would decompress.
    guard supports.allSatisfy({ $0(archive) == ARCHIVE_OK }),
      archive_read_open_filename(archive, path, 1 << 18) == ARCHIVE_OK
    else {
      let failure = Failure.damaged(message(archive))
      archive_read_free(archive)
      throw failure
    }
    return archive
  }

  /// Advances to the next member; nil at the end.
  private static func next(_ archive: OpaquePointer) throws(Failure) -> OpaquePointer? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(archive, &entry)
    if status == ARCHIVE_EOF { return nil }
    guard status >= ARCHIVE_WARN else { throw .damaged(message(archive)) }
    return entry
  }

  private static func copy(
    _ archive: OpaquePointer, to output: OutputFile, _ progress: (Int64) -> Bool
  ) throws(Failure) {
    var (block, count, offset): (UnsafeRawPointer?, Int, Int64) = (nil, 0, 0)
    while true {
      let status = archive_read_data_block(archive, &block, &count, &offset)
      if status == ARCHIVE_EOF { break }
      guard status >= ARCHIVE_WARN else { throw .damaged(message(archive)) }
      // SAFETY: the block is valid until the next call, which follows the write.
      let bytes = UnsafeRawBufferPointer(start: block, count: count)
      do throws(OutputFile.Failure) { try output.write(bytes, at: offset) } catch {
        throw .output(error)
      }
      guard progress(output.length) else { throw .cancelled }
    }
    do throws(OutputFile.Failure) { try output.finish(length: offset) } catch {
      throw .output(error)
    }
  }

  private static func message(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
  }
}
