import Foundation

/// A local image file that was looked at.
public struct ImageFile: Hashable, Sendable {
  /// Absolute, symbolic links resolved.
  public let path: String
  /// In bytes.
  public let size: Int64
  /// What its header says.
  public let probe: ImageProbe

  /// Opens and probes a file.
  ///
  /// - Parameter declared: the `format` that the script names. Naming `raw` also takes content that
  ///   looks like an archive or a page.
  /// - Throws: ``StorageFailure`` if it cannot be read, is no sound image, is not what `declared`
  ///   says, or is a difference to another file, which an upload would leave behind.
  public static func open(_ path: String, declared: ImageFormat?) async throws -> ImageFile {
    try await BlockingWork.run { cancellation in
      let file = try FileIdentity(path: path)
      let probe = try probe(file, declared)
      try probe.check(declared: declared)
      if let backing = probe.backingFile { throw StorageFailure.hasBackingFile(backing) }
      if probe.format == .qcow2 {
        try QCOW2Tables.requireWhole(file, header: header(file), check: cancellation.check)
      }
      return ImageFile(path: file.path, size: file.size, probe: probe)
    }
  }

  /// What the header of a file says; reads no more than that.
  static func probe(_ path: String) throws(StorageFailure) -> ImageProbe {
    do {
      return try probe(FileIdentity(path: path), .raw)
    } catch let failure as StorageFailure {
      throw failure
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }

  private static func probe(_ file: FileIdentity, _ declared: ImageFormat?) throws -> ImageProbe {
    do {
      return try ImageProbe.probe(header(file), fileSize: file.size)
    } catch StorageFailure.notAnImage where declared == .raw {
      return ImageProbe(format: .raw, virtualSize: file.size, backingFile: nil)
    }
  }

  private static func header(_ file: FileIdentity) throws -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file.path))
      defer { try? handle.close() }
      return Array(try handle.read(upToCount: ImageProbe.headerLength) ?? Data())
    } catch {
      throw StorageFailure.unreadable(path: file.path, reason: error.localizedDescription)
    }
  }
}
