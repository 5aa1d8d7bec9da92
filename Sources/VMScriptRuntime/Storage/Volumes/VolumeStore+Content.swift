import Crypto
import Libvirt
import VMScriptPlan

extension VolumeStore {
  /// Makes a volume with this content, in place of one of that name.
  ///
  /// The test driver keeps volumes as records, so nothing is sent there.
  ///
  /// - Parameters:
  ///   - content: all its bytes.
  ///   - name: of the volume.
  ///   - mode: who may read the file, as octal digits.
  ///   - pool: the name of its pool.
  /// - Throws: a `StorageFailure` for a pool that is missing or full, else libvirt's error.
  public func write(_ content: [UInt8], as name: String, mode: String, pool: String) async throws {
    try await delete(name, pool: pool)
    var xml = VolumeXML(
      name: name, format: .raw, capacity: Int64(content.count), allocation: 0)
    xml.mode = mode
    try await create(xml, pool: pool)
    try await connections.run { connection in
      guard !connection.isTestDriver else { return }
      guard let volume = try Self.pool(pool, connection).volume(named: name) else {
        throw StorageFailure.missingVolume(name)
      }
      try volume.upload(content)
    }
  }

  /// The SHA-256 of the file of a volume, in hexadecimal digits; nil for one that is gone, and on the test
  /// driver, which has no files.
  func digest(of path: String) async throws -> String? {
    let cancellation = BlockingWork.Cancellation()
    return try await withTaskCancellationHandler {
      try await connections.run { connection in
        guard !connection.isTestDriver, let volume = try connection.volume(path: path) else {
          return nil
        }
        var digest = SHA256()
        do {
          try volume.download(progress: { _ in !cancellation.isCancelled }) { bytes in
            digest.update(bufferPointer: bytes)
          }
        } catch {
          try cancellation.check()
          throw error
        }
        return Hexadecimal.text(digest.finalize())
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}
