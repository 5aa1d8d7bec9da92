import Crypto
import Libvirt
import VMScriptPlan

/// Hands a file's bytes to an upload and digests exactly those.
final class DigestingReader {
  private let file: OpenFile
  private let length: Int64
  private var digest = SHA256()
  private var sent: Int64 = 0
  /// The first bytes that were handed out, as many as ``ImageProbe`` wants to see.
  private(set) var header: [UInt8] = []

  init(path: String, length: Int64) throws(StorageFailure) {
    file = try OpenFile(path: path)
    self.length = length
  }

  /// Fills the buffer with what comes next; returns the number of bytes, zero at the end.
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

  /// The SHA-256 of what was handed out.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if the file has another length than was said.
  func finish() throws(StorageFailure) -> String {
    guard sent == length, try file.read(at: UInt64(sent), 1).isEmpty else {
      throw .changedWhileRead
    }
    return Hexadecimal.text(digest.finalize())
  }
}
