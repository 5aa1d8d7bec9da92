import Foundation
import Testing

@testable import VMScriptRuntime

@Suite struct FileDigestTests {
  /// The published digests of the three bytes `abc` (FIPS 180-4 examples).
  private static let abc256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func knownContentHasItsDigest() async throws {
    let folder = try ScratchFolder()
    let digest = try await FileDigest.of(try folder.write("f", Array("abc".utf8)), cache: nil)
    #expect(digest.sha256 == Self.abc256)
    #expect(digest.sha512.hasPrefix("ddaf35a193617abacc417349ae204131"))
    try digest.check(sha256: Self.abc256.uppercased(), sha512: nil)
    #expect(throws: StorageFailure.self) { try digest.check(sha256: "00", sha512: nil) }
    #expect(throws: StorageFailure.self) { try digest.check(sha256: nil, sha512: "00") }
  }

  @Test func theCacheServesAnUnchangedFileOnly() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    let old = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    let cache = DigestCache(folder: folder.file("cache"), settling: 0)
    let first = try await FileDigest.of(path, cache: cache)
    #expect(cache.digest(of: try FileIdentity(path: path)) == first)
    try folder.write("f", Array("abd".utf8))
    #expect(cache.digest(of: try FileIdentity(path: path)) == nil)
    #expect(try await FileDigest.of(path, cache: cache) != first)
  }

  @Test func aFileThatIsRewrittenInPlaceWithItsTimeKeptIsReadAgain() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    let old = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    let cache = DigestCache(folder: folder.file("cache"), settling: 0)
    let first = try await FileDigest.of(path, cache: cache)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data("abd".utf8))
    try file.close()
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    #expect(try await FileDigest.of(path, cache: cache) != first)
  }

  @Test func whatWasChangedAMomentAgoIsNotKept() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    let old = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    let cache = DigestCache(folder: folder.file("cache"))
    _ = try await FileDigest.of(path, cache: cache)
    #expect(cache.digest(of: try FileIdentity(path: path)) == nil)
  }

  @Test func aKeptDigestThatDoesNotFitIsDroppedAndTheFileReadAgain() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    let cache = DigestCache(folder: folder.file("cache"), settling: 0)
    // As a file system leaves it that keeps no time of a change.
    cache.store(FileDigest(sha256: "00", sha512: "00"), of: try FileIdentity(path: path))
    #expect(try await FileDigest.of(path, cache: cache).sha256 == "00")
    let digest = try await FileDigest.of(
      path, sha256: Self.abc256, sha512: nil, cache: cache, progress: { _, _ in })
    #expect(digest.sha256 == Self.abc256)
    #expect(try await FileDigest.of(path, cache: cache).sha256 == Self.abc256)
    cache.drop(path)
    #expect(cache.digest(of: try FileIdentity(path: path)) == nil)
  }

  @Test func aFIFOIsRefusedAtOnce() async throws {
    let folder = try ScratchFolder()
    try #require(mkfifo(folder.file("fifo"), 0o600) == 0)
    await #expect(throws: StorageFailure.self) {
      try await FileDigest.of(folder.file("fifo"), cache: nil)
    }
  }

  @Test func aDamagedCacheIsIgnored() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
    let cache = DigestCache(folder: folder.file("cache"), settling: 0)
    _ = try await FileDigest.of(path, cache: cache)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("cache")) {
      try folder.write("cache/" + name, Array("{".utf8))
    }
    #expect(try await FileDigest.of(path, cache: cache).sha256 == Self.abc256)
  }

  @Test func aCancelledDigestStops() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await FileDigest.of(path, cache: nil)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
