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
  /// - Parameters:
  ///   - path: the file.
  ///   - declared: the `format` that the script names. Naming `raw` also takes content that
  ///     looks like an archive or a page.
  /// - Throws: ``StorageFailure`` if it cannot be read, is no sound image, is not what `declared`
  ///   says, or is a difference to another file, which an upload would leave behind.
  public static func open(_ path: String, declared: ImageFormat?) async throws -> ImageFile {
    try await BlockingWork.run { cancellation in
      let file = try FileIdentity(path: path)
      let probe = try probe(file, declared)
      try probe.check(declared: declared)
      if let backing = probe.backingFile { throw StorageFailure.hasBackingFile(backing) }
      if probe.format == .qcow2 {
        try requireWhole(file, cancellation)
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

  private static func requireWhole(
    _ file: FileIdentity, _ cancellation: BlockingWork.Cancellation
  ) throws {
    let handle = try open(file)
    defer { try? handle.close() }
    try QCOW2Tables.requireWhole(
      header: read(file, handle, at: 0, ImageProbe.headerLength), fileSize: file.size,
      check: cancellation.check
    ) { offset, count in try read(file, handle, at: offset, count) }
  }

  private static func header(_ file: FileIdentity) throws -> [UInt8] {
    let handle = try open(file)
    defer { try? handle.close() }
    return try read(file, handle, at: 0, ImageProbe.headerLength)
  }

  private static func open(_ file: FileIdentity) throws -> FileHandle {
    try naming(file) { try FileHandle(forReadingFrom: URL(fileURLWithPath: file.path)) }
  }

  private static func read(
    _ file: FileIdentity, _ handle: FileHandle, at offset: UInt64, _ count: Int
  ) throws -> [UInt8] {
    try naming(file) {
      try handle.seek(toOffset: offset)
      return Array(try handle.read(upToCount: count) ?? Data())
    }
  }

  /// Says of what cannot be read which file it is.
  private static func naming<T>(_ file: FileIdentity, _ work: () throws -> T) throws -> T {
    do { return try work() } catch {
      throw StorageFailure.unreadable(path: file.path, reason: error.localizedDescription)
    }
  }
}
