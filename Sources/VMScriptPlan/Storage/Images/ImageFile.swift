import Foundation

/// A local image file that was looked at.
public struct ImageFile: Hashable, Sendable {
  /// The file at that time.
  package let identity: FileIdentity
  /// The facts that its header states.
  public let probe: ImageProbe

  /// Absolute, symbolic links resolved.
  public var path: String { identity.path }
  /// In bytes.
  public var size: Int64 { identity.size }

  /// Opens and probes a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - declared: the `format` that the script names. Naming `raw` also takes content that
  ///     looks like an archive or a page.
  /// - Throws: ``StorageFailure`` if it cannot be read, is no sound image, is not what `declared`
  ///   says, or names another file, which an upload would leave behind.
  public static func open(_ path: String, declared: ImageFormat?) async throws -> ImageFile {
    try await BlockingWork.run { cancellation in
      let file = try OpenFile(path: path)
      let probe = try probe(file, declared)
      try probe.check(declared: declared)
      return ImageFile(
        identity: file.identity, probe: try requireSound(probe, file, cancellation))
    }
  }

  /// The facts that the header of a file states; reads no more than that.
  ///
  /// - Parameter declared: the format that the script or a definition names; nil refuses what is no image.
  package static func probe(
    _ path: String, as declared: ImageFormat?
  ) throws(StorageFailure) -> ImageProbe {
    try probe(OpenFile(path: path), declared)
  }

  /// Probes an open file that will be converted, and makes sure that it names no other file.
  ///
  /// - Returns: what it is, with its size.
  package static func requireSound(
    _ probe: ImageProbe, _ file: OpenFile, _ cancellation: BlockingWork.Cancellation
  ) throws -> ImageProbe {
    if let backing = probe.backingFile { throw StorageFailure.hasBackingFile(backing) }
    if probe.format == .qcow2 { try requireWhole(file, cancellation) }
    guard probe.format.isForeign else { return probe }
    var probe = probe
    probe.virtualSize = try ImageInspection.virtualSize(
      of: file, as: probe.format, cancellation)
    return probe
  }

  package static func probe(
    _ file: OpenFile, _ declared: ImageFormat?
  ) throws(StorageFailure) -> ImageProbe {
    let size = file.identity.size
    let header = try file.read(at: 0, ImageProbe.headerLength)
    let footer = try file.read(
      at: UInt64(max(0, size - Int64(ImageProbe.footerLength))), ImageProbe.footerLength)
    do throws(StorageFailure) {
      let probe = try ImageProbe.probe(header, footer: footer, fileSize: size)
      if probe.format == .raw, declared != .raw,
        let format = ForeignContent.format(named: file.identity.path)
      {
        throw .misnamed(format: format)
      }
      return probe
    } catch {
      guard declared == .raw, error.isOfOpaqueContent else { throw error }
      return ImageProbe(format: .raw, virtualSize: size, backingFile: nil)
    }
  }

  private static func requireWhole(
    _ file: OpenFile, _ cancellation: BlockingWork.Cancellation
  ) throws {
    try QCOW2Tables.requireWhole(
      header: file.read(at: 0, ImageProbe.headerLength), fileSize: file.identity.size,
      check: cancellation.check
    ) { offset, count in try file.read(at: offset, count) }
  }
}
