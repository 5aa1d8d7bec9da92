import Crypto
import Foundation
import Libvirt

/// Hands a file's bytes to an upload and digests exactly those.
final class DigestingReader {
  private let file: FileHandle
  private let length: Int64
  private var digest = SHA256()
  private var sent: Int64 = 0

  init(path: String, length: Int64) throws {
    file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    self.length = length
  }

  deinit { try? file.close() }

  /// Fills the buffer with what comes next; returns the number of bytes, zero at the end.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(LibvirtError) -> Int {
    let wanted = Int(min(Int64(buffer.count), length - sent))
    guard wanted > 0 else { return 0 }
    let chunk: Data
    do {
      chunk = try file.read(upToCount: wanted) ?? Data()
    } catch {
      throw LibvirtError(code: .operationFailed, message: error.localizedDescription)
    }
    digest.update(data: chunk)
    sent += Int64(chunk.count)
    // SAFETY: `chunk` holds at most `buffer.count` bytes.
    return chunk.copyBytes(to: buffer)
  }

  /// The SHA-256 of what was handed out.
  ///
  /// - Throws: ``StorageFailure/changedWhileRead`` if the file has another length than was said.
  func finish() throws(StorageFailure) -> String {
    let rest = (try? file.read(upToCount: 1)) ?? nil
    guard sent == length, rest?.isEmpty ?? true else { throw .changedWhileRead }
    return Hexadecimal.text(digest.finalize())
  }
}
