import Crypto
import Libvirt
import VMScriptPlan

extension VolumeStore {
  /// The content of an image, ready for its upload.
  public struct Upload: Sendable {
    /// The local file.
    public var path: String
    /// The length in bytes.
    public var length: Int64
    /// The expected digest of its content, in lower-case hexadecimal digits.
    public var sha256: String
    /// The file name's extension, such as `qcow2`.
    public var suffix: String
    /// The size that a guest sees, in bytes; nil if only the content defines it.
    public var capacity: Int64?

    /// Creates an upload of this file.
    public init(
      path: String, length: Int64, sha256: String, suffix: String, capacity: Int64? = nil
    ) {
      self.path = path
      self.length = length
      self.sha256 = sha256
      self.suffix = suffix
      self.capacity = capacity
    }
  }

  /// Uploads an image to a pool unless a complete copy exists, pins it for the stack, and removes the
  /// leftovers of killed runs of the stack.
  ///
  /// Two tasks that publish one image make one upload. The test driver keeps only records of volumes,
  /// so it receives no content.
  ///
  /// - Parameters:
  ///   - upload: the image's bytes, and their size.
  ///   - key: the key of the content.
  ///   - stack: the stack that uses the image.
  ///   - image: the name of the stack's image.
  ///   - pool: the name of its pool.
  ///   - nonce: distinguishes this upload from others of the same content.
  ///   - progress: receives the bytes sent so far and the total.
  /// - Returns: the path of the base on the host.
  /// - Throws: ``StorageFailure/poolFull(_:needed:available:)`` before anything is written;
  ///   ``StorageFailure/changedWhileRead`` if the content does not match `sha256`.
  public func publish(
    _ upload: Upload, key: ImageKey, stack: String, image: String, pool: String,
    nonce: String = Storage.nonce(),
    progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
  ) async throws -> String {
    try await jobs.run(on: "\(pool)/\(key.text)") {
      let inventory = try await inventory(pool: pool)
      try await removeLeftovers(of: stack, pool: pool, inventory)
      if let path = try await share(key, stack, image, pool, inventory) { return path }
      let name = try VolumeName(
        stack: stack, owner: image, role: .base(key: key.text, nonce: nonce),
        extension: upload.suffix)
      await jobs.began(name.fileName)
      do {
        let path = try await send(upload, as: name.fileName, pool: pool, progress)
        let record = try await record(of: name.fileName, sha256: upload.sha256, pool: pool)
        try await pin(key, nonce, record, stack: stack, image: image, pool: pool)
        return path
      } catch {
        // Best effort: a volume without a pin is never used, and the next run removes it. A new task,
        // because a cancelled one could not remove anything.
        await Task { try? await delete(name.fileName, pool: pool) }.value
        throw error
      }
    }
  }

  /// Pins an image for the stack if a complete copy of any stack exists.
  ///
  /// - Returns: the path of the base on the host; nil if it has to be published.
  /// - Throws: a `StorageFailure` for a missing pool, else libvirt's error.
  public func share(
    key: ImageKey, stack: String, image: String, pool: String
  ) async throws -> String? {
    try await share(key, stack, image, pool, inventory(pool: pool))
  }

  private func share(
    _ key: ImageKey, _ stack: String, _ image: String, _ pool: String, _ inventory: VolumeInventory
  ) async throws -> String? {
    guard let base = inventory.completeBase(for: key),
      case .base(_, let nonce)? = base.owned?.role
    else { return nil }
    let record = inventory.record(key: key.text, nonce: nonce)
    let pin = try await pin(key, nonce, record, stack: stack, image: image, pool: pool)
    // Another stack may have just released it as its last user.
    let name = base.name
    let isThere = try await connections.run { try Self.pool(pool, $0).volume(named: name) != nil }
    if isThere { return base.path }
    try await delete(pin, pool: pool)
    return nil
  }

  /// Removes the stack's bases that have neither a pin nor an overlay.
  public func removeLeftovers(of stack: String, pool: String) async throws {
    try await removeLeftovers(of: stack, pool: pool, inventory(pool: pool))
  }

  private func removeLeftovers(
    of stack: String, pool: String, _ inventory: VolumeInventory
  ) async throws {
    for leftover in await jobs.foreign(inventory.leftovers(of: stack)) {
      try await delete(leftover.name, pool: pool)
    }
  }

  /// Removes the stack's pins on all images except `kept`, and the bases that nothing uses any more.
  ///
  /// - Parameters:
  ///   - stack: the owner of the pins.
  ///   - image: the image whose pins are removed; nil for all.
  ///   - kept: the texts of the keys to keep.
  ///   - pool: the name of the pool.
  /// - Returns: the reasons why released bases stay.
  /// - Throws: a `StorageFailure` for a missing pool, else libvirt's error.
  @discardableResult
  public func releaseImages(
    of stack: String, named image: String? = nil, keeping kept: Set<String>, pool: String
  ) async throws -> [VolumeInventory.Refusal] {
    try await release(of: stack, pool: pool) { _, owned, upload in
      !kept.contains(upload.key) && image.map(owned.isOwned(by:)) ?? true
    }
  }

  /// Removes the stack's pins that match, and the bases that nothing uses any more.
  ///
  /// - Returns: the reasons why released bases stay.
  @discardableResult
  private func release(
    of stack: String, pool: String,
    _ matches: (VolumeInventory, VolumeName, (key: String, nonce: String)) -> Bool
  ) async throws -> [VolumeInventory.Refusal] {
    var released: Set<String> = []
    let present = try await inventory(pool: pool)
    for volume in present.owned(by: stack) {
      guard let owned = volume.owned, case .pin(let key, let nonce, _) = owned.role,
        matches(present, owned, (key, nonce))
      else { continue }
      try await delete(volume.name, pool: pool)
      released.insert(key + nonce)
    }
    let inventory = try await inventory(pool: pool)
    let leftovers = Set(await jobs.foreign(inventory.leftovers(of: stack)).map(\.name))
    var refusals: [VolumeInventory.Refusal] = []
    for volume in inventory.volumes {
      guard case .base(let key, let nonce)? = volume.owned?.role,
        released.contains(key + nonce) || leftovers.contains(volume.name)
      else { continue }
      if let refusal = inventory.refusalToRemove(volume.name) {
        refusals.append(refusal)
      } else {
        try await delete(volume.name, pool: pool)
      }
    }
    return refusals
  }

  /// Removes the contents of an image that were changed after their upload, with the stack's pins on
  /// them. A content that backs overlays stays with its pin, which shows the change.
  public func releaseChanged(of stack: String, named image: String, pool: String) async throws {
    try await release(of: stack, pool: pool) { inventory, owned, upload in
      guard owned.isOwned(by: image),
        let base = inventory.base(key: upload.key, nonce: upload.nonce), inventory.isChanged(base)
      else { return false }
      return inventory.refusalToWrite(base.name) == nil
    }
  }

  /// Returns the record of an upload that has just finished; nil if the host does not report it.
  private func record(of name: String, sha256: String, pool: String) async throws -> UploadRecord? {
    try await connections.run { connection in
      guard let volume = try Self.pool(pool, connection).volume(named: name) else { return nil }
      let found = try VolumeDescription(xml: volume.xml(), at: "")
      guard let length = found.length, let modified = found.modified else { return nil }
      return UploadRecord(size: length, modified: modified, sha256: sha256)
    }
  }

  @discardableResult
  private func pin(
    _ key: ImageKey, _ nonce: String, _ record: UploadRecord?, stack: String, image: String,
    pool: String
  ) async throws -> String {
    let name = try VolumeName(
      stack: stack, owner: image, role: .pin(key: key.text, nonce: nonce, record: record),
      extension: "pin")
    try await create(
      VolumeXML(name: name.fileName, format: .raw, capacity: 512, allocation: 0), pool: pool)
    return name.fileName
  }

  private func send(
    _ upload: Upload, as name: String, pool: String,
    _ progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> String {
    // Raw and as long as the file: libvirt detects the real format from the header, and no data from
    // its own formatting remains after the content.
    let xml = VolumeXML(name: name, format: .raw, capacity: upload.length, allocation: 0)
    try await change(pool) { [xml] target in
      try Self.requireRoom(upload.length, in: target)
      // The test driver keeps records and never reads the content.
      var xml = xml
      if target.connection.isTestDriver {
        xml.format = ImageFormat(rawValue: upload.suffix) ?? .raw
        xml.capacity = upload.capacity ?? upload.length
      }
      try target.createVolume(xml: xml.text())
    }
    let cancellation = BlockingWork.Cancellation()
    return try await withTaskCancellationHandler {
      try await connections.run { connection in
        guard let volume = try Self.pool(pool, connection).volume(named: name) else {
          throw StorageFailure.missingVolume(name)
        }
        if !connection.isTestDriver {
          try Self.transfer(upload, to: volume, cancellation, progress)
        }
        return try volume.path()
      }
    } onCancel: {
      cancellation.cancel()
    }
  }

  /// Sends the content into a new volume and digests it; refuses a file that has changed. Zeros are
  /// not sent.
  private static func transfer(
    _ upload: Upload, to volume: StorageVolume, _ cancellation: BlockingWork.Cancellation,
    _ progress: (Int64, Int64) -> Void
  ) throws {
    let reader = try DigestingReader(path: upload.path, length: upload.length)
    do throws(any Error) {
      try volume.upload(
        length: UInt64(clamping: upload.length), isNew: true,
        progress: { bytes in
          progress(bytes, upload.length)
          return !cancellation.isCancelled
        },
        source: reader.fill)
    } catch {
      try cancellation.check()
      throw error
    }
    guard try reader.finish() == upload.sha256 else { throw StorageFailure.changedWhileRead }
    // The content may have been different when it was checked before.
    guard upload.suffix == ImageFormat.qcow2.rawValue else { return }
    let sent = try ImageProbe.probe(reader.header, fileSize: upload.length)
    if let backing = sent.backingFile { throw StorageFailure.hasBackingFile(backing) }
  }
}

/// A reader that passes a file's bytes to an upload and digests exactly those.
final class DigestingReader {
  private let file: OpenFile
  private let length: Int64
  private var digest = SHA256()
  private var sent: Int64 = 0
  /// The first bytes of the file, as many as ``ImageProbe`` needs.
  private(set) var header: [UInt8] = []

  init(path: String, length: Int64) throws(StorageFailure) {
    file = try OpenFile(path: path)
    self.length = length
  }

  /// Fills the buffer with the next bytes; returns their number, zero at the end.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(LibvirtError) -> Int {
    let wanted = Int(min(Int64(buffer.count), length - sent))
    guard wanted > 0 else { return 0 }
    let chunk: [UInt8]
    do throws(StorageFailure) {
      chunk = try file.read(at: UInt64(sent), wanted)
    } catch {
      throw LibvirtError(code: .operationFailed, message: "\(error)")
    }
    digest.update(data: chunk)
    header += chunk.prefix(ImageProbe.headerLength - header.count)
    sent += Int64(chunk.count)
    // SAFETY: `chunk` holds at most `buffer.count` bytes.
    buffer.copyBytes(from: chunk)
    return chunk.count
  }

  /// Returns the SHA-256 of the bytes that were read.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if the file does not have the expected length.
  func finish() throws(StorageFailure) -> String {
    guard sent == length, try file.read(at: UInt64(sent), 1).isEmpty else {
      throw .changedWhileRead
    }
    return Hexadecimal.text(digest.finalize())
  }
}
