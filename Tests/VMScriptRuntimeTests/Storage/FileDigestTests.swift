import Foundation
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct FileDigestTests {
  /// The published digests of the three bytes `abc` (FIPS 180-4 examples).
  private static let abc256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  /// A file that holds `abc` and was last written long ago, and a cache beside it.
  private struct OldFile {
    let folder: ScratchFolder
    let path: String
    let cache: DigestCache

    /// - Parameter settling: the seconds after which the cache keeps a digest.
    init(settling: Double = 0) throws {
      folder = try ScratchFolder()
      path = try folder.write("f", Array("abc".utf8))
      cache = DigestCache(folder: folder.file("cache"), settling: settling)
      try age()
    }

    /// Sets the time of the last write back.
    func age() throws {
      let old = Date(timeIntervalSince1970: 1_000_000)
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
    }

    var digest: FileDigest {
      get async throws { try await FileDigest.of(path, cache: cache) }
    }

    /// The cached digest of the file's current state.
    var kept: FileDigest? {
      get throws { cache.digest(of: try FileIdentity(path: path)) }
    }
  }

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
    let file = try OldFile()
    let first = try await file.digest
    #expect(try file.kept == first)
    try file.folder.write("f", Array("abd".utf8))
    #expect(try file.kept == nil)
    #expect(try await file.digest != first)
  }

  @Test func aFileThatIsRewrittenInPlaceWithItsTimeKeptIsReadAgain() async throws {
    let file = try OldFile()
    let first = try await file.digest
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.path))
    try handle.write(contentsOf: Data("abd".utf8))
    try handle.close()
    try file.age()
    #expect(try await file.digest != first)
  }

  @Test func aRecentlyChangedFileIsNotCached() async throws {
    let file = try OldFile(settling: 60)
    _ = try await file.digest
    #expect(try file.kept == nil)
  }

  @Test func aKeptDigestThatDoesNotFitIsDroppedAndTheFileReadAgain() async throws {
    let file = try OldFile()
    // As a file system leaves it that keeps no time of a change.
    file.cache.store(FileDigest(sha256: "00", sha512: "00"), of: try FileIdentity(path: file.path))
    #expect(try await file.digest.sha256 == "00")
    let digest = try await FileDigest.of(
      file.path, sha256: Self.abc256, sha512: nil, cache: file.cache, progress: { _, _ in })
    #expect(digest.sha256 == Self.abc256)
    #expect(try await file.digest.sha256 == Self.abc256)
    file.cache.drop(file.path)
    #expect(try file.kept == nil)
  }

  @Test func aFIFOIsRefusedAtOnce() async throws {
    let folder = try ScratchFolder()
    try #require(mkfifo(folder.file("fifo"), 0o600) == 0)
    await #expect(throws: StorageFailure.self) {
      try await FileDigest.of(folder.file("fifo"), cache: nil)
    }
  }

  @Test func aDamagedCacheIsIgnored() async throws {
    let file = try OldFile()
    _ = try await file.digest
    let names = try FileManager.default.contentsOfDirectory(atPath: file.folder.file("cache"))
    for name in names { try file.folder.write("cache/" + name, Array("{".utf8)) }
    #expect(try await file.digest.sha256 == Self.abc256)
  }

  @Test func aCancelledDigestStops() async throws {
    let file = try OldFile()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await FileDigest.of(file.path, cache: nil)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
