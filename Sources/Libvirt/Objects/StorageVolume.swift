import CLibvirt
import Foundation

/// A disk or an image in a storage pool.
///
/// Every call throws libvirt's error, with code `noStorageVolume` if the volume no longer exists.
public struct StorageVolume: HostObject {
  static func release(_ pointer: OpaquePointer) -> Int32 { virStorageVolFree(pointer) }
  static let kind = "volume"
  static let missing = LibvirtError.Code.noStorageVolume

  let handle: Handle<StorageVolume>

  /// The connection that the object belongs to.
  public var connection: Connection { handle.connection }

  /// The sizes of a volume in bytes.
  public struct Info: Sendable, Hashable {
    /// The size that a guest sees.
    public let capacity: UInt64
    /// The space that it uses on the host.
    public let allocation: UInt64
  }

  /// Unique within its pool (`virStorageVolGetName`).
  public var name: String { Call.borrowedString(virStorageVolGetName(pointer)) }

  /// The key, unique on the host.
  public var key: String { Call.borrowedString(virStorageVolGetKey(pointer)) }

  /// The path on the host (`virStorageVolGetPath`).
  public func path() throws(LibvirtError) -> String {
    try call.ownedString(virStorageVolGetPath(pointer))
  }

  /// The sizes (`virStorageVolGetInfo`).
  public func info() throws(LibvirtError) -> Info {
    var info = virStorageVolInfo()
    try call.succeed(virStorageVolGetInfo(pointer, &info))
    return Info(capacity: info.capacity, allocation: info.allocation)
  }

  /// Its `<volume>` document (`virStorageVolGetXMLDesc`).
  public func xml() throws(LibvirtError) -> String {
    try call.ownedString(virStorageVolGetXMLDesc(pointer, 0))
  }

  /// Removes the volume and its content (`virStorageVolDelete`).
  public func delete() throws(LibvirtError) {
    try call.succeed(virStorageVolDelete(pointer, 0))
  }

  /// Grows the volume to a size in bytes; libvirt refuses to shrink (`virStorageVolResize`).
  public func resize(to bytes: UInt64) throws(LibvirtError) {
    try call.succeed(virStorageVolResize(pointer, bytes, 0))
  }
}

/// Transferring a volume's content through the connection, so that a remote host works too.
extension StorageVolume {
  /// Receives the number of bytes so far; returns false to stop the transfer.
  public typealias Progress = (Int64) -> Bool

  /// Uploads `length` bytes from a file's current position; aborts when stopped or on an error.
  ///
  /// - Throws: ``LibvirtError``, code `operationAborted` if `progress` stopped it.
  public func upload(
    from fileDescriptor: Int32, length: Int64, offset: UInt64 = 0,
    progress: Progress = { _ in true }
  ) throws(LibvirtError) {
    var sent: Int64 = 0
    try upload(length: UInt64(clamping: length), offset: offset, progress: progress) {
      buffer throws(LibvirtError) in
      let wanted = Int(clamping: min(Int64(buffer.count), length - sent))
      guard wanted > 0 else { return 0 }
      // SAFETY: `wanted` is no more than the buffer holds.
      let count = try Self.system { read(fileDescriptor, buffer.baseAddress, wanted) }
      guard count > 0 else {
        throw LibvirtError(
          code: .operationFailed, message: Messages.shortUpload(sent: sent, expected: length))
      }
      sent += Int64(count)
      return count
    }
  }

  /// Uploads bytes to an offset of the volume.
  public func upload(_ content: [UInt8], offset: UInt64 = 0) throws(LibvirtError) {
    var rest = content[...]
    try upload(length: UInt64(content.count), offset: offset) { buffer throws(LibvirtError) in
      let part = rest.prefix(buffer.count)
      // SAFETY: `part` is no more than the buffer holds.
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  /// Uploads the bytes that `source` writes into a buffer, until it returns zero.
  ///
  /// - Parameters:
  ///   - length: the number of bytes to expect; zero for any number.
  ///   - offset: the offset in the volume.
  ///   - isNew: whether the volume has no content yet. Runs of zeros are not sent then, and become
  ///     holes.
  ///   - source: fills the buffer and returns the number of bytes.
  public func upload(
    length: UInt64, offset: UInt64 = 0, isNew: Bool = false, progress: Progress = { _ in true },
    source: (UnsafeMutableRawBufferPointer) throws(LibvirtError) -> Int
  ) throws(LibvirtError) {
    let stream = try Stream(connection)
    let flags = isNew ? VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM.rawValue : 0
    try call.succeed(virStorageVolUpload(pointer, stream.pointer, offset, length, flags))
    let buffer = Self.makeBuffer()
    defer { buffer.deallocate() }
    var sent: Int64 = 0
    while true {
      let count = try source(buffer)
      guard count > 0 else { break }
      // SAFETY: a source returns at most the size of the buffer; the range is checked.
      let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if isNew {
        try stream.send(sparsely: part)
      } else {
        try stream.send(part)
      }
      sent += Int64(count)
      try Self.checkProgress(progress, sent)
    }
    try stream.finish()
  }

  /// Copies the raw bytes of another volume into this one; runs of zeros become holes. This volume
  /// must be new, because holes are not written.
  public func upload(contentOf source: StorageVolume) throws(LibvirtError) {
    let reading = try Stream(source.connection)
    try source.call.succeed(virStorageVolDownload(source.pointer, reading.pointer, 0, 0, 0))
    let writing = try Stream(connection)
    let sparse = VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM.rawValue
    try call.succeed(virStorageVolUpload(pointer, writing.pointer, 0, 0, sparse))
    let buffer = Self.makeBuffer()
    defer { buffer.deallocate() }
    while true {
      let count = try reading.receive(into: buffer)
      guard count > 0 else { break }
      // SAFETY: `count` bytes were received into the buffer.
      try writing.send(sparsely: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    try reading.finish()
    try writing.finish()
  }

  /// Downloads the content into a file; aborts when stopped or on an error.
  ///
  /// - Parameters:
  ///   - length: the number of bytes; zero for all.
  ///   - offset: the offset in the volume.
  public func download(
    to fileDescriptor: Int32, length: UInt64 = 0, offset: UInt64 = 0,
    progress: Progress = { _ in true }
  ) throws(LibvirtError) {
    try download(length: length, offset: offset, progress: progress) {
      bytes throws(LibvirtError) in
      var written = 0
      while written < bytes.count {
        // SAFETY: the first `written` bytes are done; the range is checked.
        let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        written += try Self.system { write(fileDescriptor, rest.baseAddress, rest.count) }
      }
    }
  }

  /// Downloads the content piece by piece; aborts when stopped or on an error.
  ///
  /// - Parameters:
  ///   - length: the number of bytes; zero for all.
  ///   - offset: the offset in the volume.
  ///   - sink: receives each piece, whose bytes are valid until it returns.
  public func download(
    length: UInt64 = 0, offset: UInt64 = 0, progress: Progress = { _ in true },
    sink: (UnsafeRawBufferPointer) throws(LibvirtError) -> Void
  ) throws(LibvirtError) {
    let stream = try Stream(connection)
    try call.succeed(virStorageVolDownload(pointer, stream.pointer, offset, length, 0))
    let buffer = Self.makeBuffer()
    defer { buffer.deallocate() }
    var received: Int64 = 0
    while true {
      let count = try stream.receive(into: buffer)
      guard count > 0 else { break }
      // SAFETY: `count` bytes were received into the buffer; the range is checked.
      try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      received += Int64(count)
      try Self.checkProgress(progress, received)
    }
    try stream.finish()
  }

  /// The content of a small volume; nil if it has more bytes than `limit`.
  public func content(upTo limit: Int) throws(LibvirtError) -> [UInt8]? {
    let stream = try Stream(connection)
    try call.succeed(virStorageVolDownload(pointer, stream.pointer, 0, 0, 0))
    let buffer = Self.makeBuffer()
    defer { buffer.deallocate() }
    var content: [UInt8] = []
    while true {
      let count = try stream.receive(into: buffer)
      guard count > 0 else { break }
      guard content.count + count <= limit else { return nil }
      // SAFETY: `count` bytes were received into the buffer.
      content += UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
    try stream.finish()
    return content
  }

  /// 256 KiB, about the maximum of one libvirt message.
  private static func makeBuffer() -> UnsafeMutableRawBufferPointer {
    // SAFETY: every caller deallocates it.
    UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
  }

  private static func checkProgress(_ progress: Progress, _ bytes: Int64) throws(LibvirtError) {
    guard progress(bytes) else {
      throw LibvirtError(code: .operationAborted, message: Messages.transferStopped)
    }
  }

  /// Makes a system call, and repeats it if a signal interrupts it.
  private static func system(_ call: () -> Int) throws(LibvirtError) -> Int {
    while true {
      let result = call()
      if result >= 0 { return result }
      let number = errno
      guard number != EINTR else { continue }
      throw LibvirtError(code: .systemError, message: String(cString: strerror(number)))
    }
  }
}
