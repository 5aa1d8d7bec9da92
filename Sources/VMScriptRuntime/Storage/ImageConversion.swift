import Crypto
import Foundation
import VMScriptPlan

/// Conversion of an image by `qemu-img convert`.
///
/// A format that can refer to other files is converted from a private copy. The copy is digested and
/// checked for references, because the source can change at any time.
enum ImageConversion {
  /// The bounds of a conversion.
  struct Bounds: Sendable {
    /// The time limit for an empty image.
    var seconds: Double = 600
    /// The lowest accepted speed, in bytes of the source per second.
    var pace: Double = 1_048_576
    /// The address space in bytes.
    var memory: UInt64 = 4 << 30
  }

  /// Converts `source` into a private temporary file, passes its path to `body`, and removes it.
  ///
  /// - Parameters:
  ///   - sha256: the expected digest of the source.
  ///   - layout: the layout of the result, which may be larger than the source.
  ///   - bounds: the bounds of `qemu-img`.
  /// - Throws: ``StorageFailure`` if the source changed or refers to another file, if there is no space,
  ///   or if the tool is missing or fails; `CancellationError`, and the errors of `body`.
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
        // These formats cannot refer to another file, so the source is read as it is.
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

  /// Copies a file and digests the copied bytes; zeros become holes.
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
    // A file without holes is no larger than the available space.
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
