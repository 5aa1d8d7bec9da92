import Crypto
import Foundation

/// The digests of a file's content, in lower-case hexadecimal digits.
public struct FileDigest: Hashable, Codable, Sendable {
  /// 64 digits.
  public let sha256: String
  /// 128 digits.
  public let sha512: String

  /// Digests a file, or takes the digests from `cache` if the file is unchanged.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - cache: keeps digests of unchanged files; nil for none.
  ///   - progress: called now and then with the bytes read so far and in all.
  /// - Throws: ``StorageFailure`` if it cannot be read or changes meanwhile; `CancellationError`.
  public static func of(
    _ path: String, cache: DigestCache?,
    progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
  ) async throws -> FileDigest {
    try await BlockingWork.run { cancellation in
      let before = try FileIdentity(path: path)
      if let known = cache?.digest(of: before) { return known }
      let digest = try read(before, cancellation, progress)
      guard try FileIdentity(path: path) == before else { throw StorageFailure.changedWhileRead }
      cache?.store(digest, of: before)
      return digest
    }
  }

  /// Compares with what a script declares; upper and lower case are one.
  ///
  /// - Throws: a failure with both digests where they differ.
  public func check(sha256 declared256: String?, sha512 declared512: String?) throws(StorageFailure)
  {
    for (algorithm, declared, found) in [
      ("sha256", declared256, sha256), ("sha512", declared512, sha512),
    ] {
      if let declared, declared.lowercased() != found {
        throw .digestMismatch(algorithm: algorithm, declared: declared, found: found)
      }
    }
  }

  private static func read(
    _ file: FileIdentity, _ cancellation: BlockingWork.Cancellation,
    _ progress: (Int64, Int64) -> Void
  ) throws -> FileDigest {
    var short = SHA256()
    var long = SHA512()
    var done: Int64 = 0
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file.path))
      defer { try? handle.close() }
      while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
        try cancellation.check()
        short.update(data: chunk)
        long.update(data: chunk)
        done += Int64(chunk.count)
        progress(done, file.size)
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      throw StorageFailure.unreadable(path: file.path, reason: error.localizedDescription)
    }
    guard done == file.size else { throw StorageFailure.changedWhileRead }
    return FileDigest(
      sha256: Hexadecimal.text(short.finalize()), sha512: Hexadecimal.text(long.finalize()))
  }
}
