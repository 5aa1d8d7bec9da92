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
      let file = try OpenFile(path: path)
      if let known = cache?.digest(of: file.identity) { return known }
      let digest = try read(file, cancellation, progress)
      cache?.store(digest, of: file.identity)
      return digest
    }
  }

  /// Digests a file and compares it with what a script declares; a kept digest that does not fit is
  /// not believed, and dropped.
  ///
  /// - Throws: what ``of(_:cache:progress:)`` and ``check(sha256:sha512:)`` throw.
  package static func of(
    _ path: String, sha256: String?, sha512: String?, cache: DigestCache?,
    progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> FileDigest {
    let found = try await of(path, cache: cache, progress: progress)
    do throws(StorageFailure) {
      try found.check(sha256: sha256, sha512: sha512)
      return found
    } catch {
      guard let cache, cache.digest(of: try FileIdentity(path: path)) != nil else { throw error }
      cache.drop(path)
      let again = try await of(path, cache: cache, progress: progress)
      try again.check(sha256: sha256, sha512: sha512)
      return again
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
    _ file: OpenFile, _ cancellation: BlockingWork.Cancellation,
    _ progress: (Int64, Int64) -> Void
  ) throws -> FileDigest {
    var short = SHA256()
    var long = SHA512()
    try file.readAll { offset, chunk in
      try cancellation.check()
      short.update(data: chunk)
      long.update(data: chunk)
      progress(offset + Int64(chunk.count), file.identity.size)
    }
    return FileDigest(
      sha256: Hexadecimal.text(short.finalize()), sha512: Hexadecimal.text(long.finalize()))
  }
}
