import Crypto
import Foundation
import VMScriptPlan

/// Conversion of an image by `qemu-img convert`.
///
/// What QEMU may find a reference in is converted from a private copy, which is what was digested and
/// is proven to name no other file: whoever can write to the source can change it at any time.
enum ImageConversion {
  /// The bounds of a conversion.
  struct Bounds: Sendable {
    /// Elapsed time for an image of no size.
    var seconds: Double = 600
    /// Bytes of the source that are converted in a second at least.
    var pace: Double = 1_048_576
    /// Address space in bytes.
    var memory: UInt64 = 4 << 30
  }

  /// Converts `source` into a private temporary file, hands its path to `body`, and removes it.
  ///
  /// - Parameters:
  ///   - sha256: what the content must be.
  ///   - layout: what the result shall be like; it may be larger than the source.
  ///   - bounds: of `qemu-img`.
  /// - Throws: ``StorageFailure`` if the source changed or names another file, if there is no room, or
  ///   if the tool is missing or fails; `CancellationError`, and what `body` throws.
  static func withConverted<T: Sendable>(
    _ source: ImageFile, sha256: String, to format: ImageFormat,
    layout: ImageLayout = ImageLayout(), bounds: Bounds = Bounds(),
    _ body: @Sendable (String) async throws -> T
  ) async throws -> T {
    let folder = try PrivateFolder()
    let target = folder.file("image")
    try await BlockingWork.run { cancellation in
      let file = try OpenFile(path: source.path)
      guard file.identity == source.identity else { throw StorageFailure.changedWhileRead }
      guard source.probe.format != .raw, source.probe.format != .iso else {
        // Read as it is, byte by byte: there is nothing in it that could name a file.
        try convert(file, source.probe, to: format, layout, bounds, folder, target, cancellation)
        guard file.isUnchanged else { throw StorageFailure.changedWhileRead }
        return
      }
      let copy = try copy(file, sha256, to: folder, cancellation)
      let probe = try ImageFile.requireSound(
        ImageFile.probe(copy, source.probe.format), copy, cancellation)
      guard probe == source.probe else { throw StorageFailure.changedWhileRead }
      if probe.format == .qcow2 {
        _ = try ImageInspection.virtualSize(of: copy, as: probe.format, cancellation)
      }
      try convert(copy, probe, to: format, layout, bounds, folder, target, cancellation)
    }
    defer { withExtendedLifetime(folder) {} }
    return try await body(target)
  }

  /// Copies a file and digests what is copied; zeros take no room.
  private static func copy(
    _ file: OpenFile, _ sha256: String, to folder: PrivateFolder,
    _ cancellation: BlockingWork.Cancellation
  ) throws -> OpenFile {
    try requireRoom(min(file.allocation, file.identity.size), in: folder)
    let path = folder.file("source")
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw StorageFailure.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let copy = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? copy.close() }
    var digest = SHA256()
    try file.readAll { offset, chunk in
      try cancellation.check()
      digest.update(data: chunk)
      guard chunk.contains(where: { $0 != 0 }) else { return }
      try copy.seek(toOffset: UInt64(offset))
      try copy.write(contentsOf: chunk)
    }
    try copy.truncate(atOffset: UInt64(file.identity.size))
    guard Hexadecimal.text(digest.finalize()) == sha256 else {
      throw StorageFailure.changedWhileRead
    }
    return try OpenFile(path: path)
  }

  private static func convert(
    _ file: OpenFile, _ probe: ImageProbe, to format: ImageFormat, _ layout: ImageLayout,
    _ bounds: Bounds, _ folder: PrivateFolder, _ target: String,
    _ cancellation: BlockingWork.Cancellation
  ) throws {
    let size = max(probe.virtualSize ?? 0, layout.size ?? 0)
    // The tables of the smallest clusters take less than an eighth.
    var limit = size.addingReportingOverflow(size / 8 + 64 << 20).partialValue
    if limit < size { limit = .max }
    let options = layout.options(for: format)
    // A file without holes is no larger than the room that there is for it.
    if format == .qcow2, options.isEmpty { limit = min(limit, folder.room / 20 * 19) }
    let limits = ChildProcess.Limits(
      seconds: bounds.seconds + Double(file.identity.size) / bounds.pace, memory: bounds.memory,
      fileSize: UInt64(max(1, limit)))
    func run(_ arguments: [String]) throws {
      let result = try ChildProcess.run(
        "qemu-img", arguments, file: file.descriptor, limits: limits, cancellation: cancellation)
      guard result.status == 0 else {
        throw StorageFailure.conversionFailed(status: result.status, output: result.errors)
      }
    }
    // Both paths are absolute, so neither is read as an option or as a protocol such as `nbd:`.
    try run(
      ["convert", "-f", toolName(probe.format), "-O", toolName(format)]
        + (options.isEmpty ? [] : ["-o", options.joined(separator: ",")])
        + [ChildProcess.inheritedFile, target])
    if let wanted = layout.size, wanted > probe.virtualSize ?? 0 {
      try run(["resize", "-q", "-f", toolName(format), target, String(wanted)])
    }
  }

  private static func requireRoom(_ needed: Int64, in folder: PrivateFolder) throws(StorageFailure)
  {
    let available = folder.room
    guard needed <= available else {
      throw .scratchFull(folder.path, needed: needed, available: available)
    }
  }

  private static func toolName(_ format: ImageFormat) -> String {
    format == .iso ? "raw" : format.rawValue
  }
}
