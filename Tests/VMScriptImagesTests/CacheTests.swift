import Foundation
import TestSupport
import Testing
import VMScriptPlan
import VMScriptSyntax

@testable import VMScriptImages

@Suite(.timeLimit(.minutes(5))) struct CacheTests {
  @Test("A declared digest is verified, and then the server is not asked again")
  func declared() async throws {
    let fixture = try ImageFixture()
    let digest = try ImageFixture.sha256(fixture.disk)
    let wrong = String(repeating: "0", count: 64)
    #expect(await fixture.failure("plain/disk.raw", sha256: wrong) == 914)
    #expect(await !fixture.hasImages())
    #expect(await fixture.failure("plain/disk.raw", sha256: "00ff") == 914)
    #expect(try await fixture.pull("plain/disk.raw", sha256: digest) == fixture.disk)
    let requests = fixture.server.requests.count
    #expect(try await fixture.pull("plain/disk.raw", sha256: digest.uppercased()) == fixture.disk)
    #expect(fixture.server.requests.count == requests)
  }

  @Test("An image without a digest is compared with the server's, and downloaded if it changed")
  func revalidated() async throws {
    let fixture = try ImageFixture()
    _ = try await fixture.pull("plain/disk.raw")
    #expect(try await fixture.pull("plain/disk.raw") == fixture.disk)
    #expect(fixture.server.downloads(of: "plain/disk.raw") == 1)
    let other = ImageFixture.disk(size: 1 << 20, seed: 2)
    try fixture.server.folder.write("disk.raw", other)
    #expect(try await fixture.pull("plain/disk.raw") == other)
    #expect(fixture.server.downloads(of: "plain/disk.raw") == 2)
  }

  @Test("Without an answer of the server, the cached image is used with a warning")
  func stale() async throws {
    let fixture = try ImageFixture()
    _ = try await fixture.pull("plain/disk.raw")
    try FileManager.default.removeItem(atPath: fixture.server.folder.file("disk.raw"))
    let (image, warnings) = try await fixture.cache.pull(fixture.server.url("plain/disk.raw"))
    #expect(try fixture.bytes(of: image) == fixture.disk)
    #expect(warnings.map(\.code.number) == [925])
    #expect(warnings.allSatisfy { $0.severity == .warning })
  }

  @Test("A cached image that was cut or changed is downloaded again")
  func damaged() async throws {
    let fixture = try ImageFixture()
    let digest = try ImageFixture.sha256(fixture.disk)
    let image = try await fixture.cache.pull(
      fixture.server.url("plain/disk.raw"), sha256: digest
    ).image
    let path = image.folder.file(of: try #require(image.entry))
    try Data(fixture.disk.dropLast(512)).write(to: URL(fileURLWithPath: path))
    #expect(try await fixture.pull("plain/disk.raw", sha256: digest) == fixture.disk)
    var other = fixture.disk
    other[4096] ^= 1
    try Data(other).write(to: URL(fileURLWithPath: path))
    #expect(try await fixture.pull("plain/disk.raw", sha256: digest) == fixture.disk)
    // The same content with other times is used as it is.
    try Data(fixture.disk).write(to: URL(fileURLWithPath: path))
    let requests = fixture.server.requests.count
    #expect(try await fixture.pull("plain/disk.raw", sha256: digest) == fixture.disk)
    #expect(fixture.server.requests.count == requests)
  }

  @Test("A plan looks at the headers only")
  func look() async throws {
    let fixture = try ImageFixture()
    let request = RemoteImageRequest(image: "x", source: fixture.server.url("plain/disk.raw"))
    func look() async throws -> RemoteImage {
      try await ImageFetcher(cache: fixture.cache, downloads: false).image(
        request, at: Span(source: SourceID(index: 0), start: 0, length: 0))
    }
    guard case .pending(let size, isChanged: false) = try await look() else {
      return _ = Issue.record("not pending")
    }
    #expect(size == 1 << 20)
    #expect(fixture.server.downloads(of: "plain/disk.raw") == 0)
    #expect(!FileManager.default.fileExists(atPath: fixture.cache.path))
    _ = try await fixture.pull("plain/disk.raw")
    guard case .file(_, let digest, _) = try await look() else {
      return _ = Issue.record("no file")
    }
    #expect(try digest.sha256 == ImageFixture.sha256(fixture.disk))
    try fixture.server.folder.write("disk.raw", ImageFixture.disk(size: 1 << 20, seed: 2))
    guard case .pending(_, isChanged: true) = try await look() else {
      return _ = Issue.record("not changed")
    }
  }

  @Test("An image is removed by its source or its digest, not while a run uses it")
  func remove() async throws {
    let fixture = try ImageFixture()
    let source = fixture.server.url("plain/disk.raw")
    let image = try await fixture.cache.pull(source).image
    let digest = try #require(image.entry?.digest.sha256)
    #expect(try await fixture.cache.images(named: source).count == 1)
    #expect(try await fixture.cache.images(named: String(digest.prefix(12))).count == 1)
    await #expect(throws: Diagnostic.self) { try await fixture.cache.images(named: "debian:12") }
    let lock = try FolderLock.take(image.folder.path)
    #expect(try !fixture.cache.remove(image))
    withExtendedLifetime(lock) {}
    _ = consume lock
    #expect(try fixture.cache.remove(image))
    #expect(await fixture.cache.contents().isEmpty)
  }
}
