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
    let cache = DigestCache(folder: folder.file("cache"))
    let first = try await FileDigest.of(path, cache: cache)
    #expect(cache.digest(of: try FileIdentity(path: path)) == first)
    try folder.write("f", Array("abd".utf8))
    #expect(cache.digest(of: try FileIdentity(path: path)) == nil)
    #expect(try await FileDigest.of(path, cache: cache) != first)
  }

  @Test func aDamagedCacheIsIgnored() async throws {
    let folder = try ScratchFolder()
    let path = try folder.write("f", Array("abc".utf8))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
    let cache = DigestCache(folder: folder.file("cache"))
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
