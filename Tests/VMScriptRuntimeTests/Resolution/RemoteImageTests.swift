import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Images by address, with answers of their servers made of values.
@Suite struct RemoteImageTests {
  /// A cache that has one answer.
  private struct Answer: RemoteImages {
    let image: RemoteImage

    func image(
      _ request: RemoteImageRequest, at span: Span
    ) async throws(Diagnostic) -> RemoteImage { image }

    func unpacked(
      _ request: RemoteImageRequest, at span: Span
    ) async throws(Diagnostic) -> RemoteImage { image }

    func record(_ key: ImageKey, of request: RemoteImageRequest) async {}
  }

  private static let digest = FileDigest(
    sha256: String(repeating: "1a", count: 32), sha512: String(repeating: "2b", count: 64))

  /// A fixture whose host has a complete copy of the image `base` and a disk of `m` on it.
  private func fixture(hasCopy: Bool = true) throws -> StorageFixture {
    var fixture = try StorageFixture()
    guard hasCopy else { return fixture }
    let key = ImageKey(sha256: Self.digest.sha256, format: "raw", size: nil).text
    let base = try StorageFixture.name("base", .base(key: key, nonce: "1"), "raw")
    let disk = try StorageFixture.name("m", .disk("disk1"))
    fixture.add(base, capacity: 1 << 20, format: "raw", length: 1 << 20)
    fixture.add(
      try StorageFixture.name(
        "base",
        .pin(
          key: key, nonce: "1",
          record: UploadRecord(size: 1 << 20, modified: 0, sha256: Self.digest.sha256)), "pin"))
    fixture.add(disk, on: base, capacity: 1 << 20)
    try fixture.add(domain: "m", [("vda", disk)], format: "qcow2", keys: ["disk1"])
    return fixture
  }

  private let script = """
    image base { source = "https://user:secret@x.test/base.raw?token=hidden" }
    domain m { disk { image = base } }
    """

  private func differences(_ fixture: StorageFixture) async throws -> [String] {
    let plan = try await fixture.plan(script)
    let image = try #require(plan.set.declarations.first { $0.name == "base" })
    return try plan.differences(image: image).map { "\($0.path): \($0.consequence ?? "")" }
  }

  @Test func anImageThatIsNotFetchedYetIsPending() async throws {
    var fixture = try fixture(hasCopy: false)
    fixture.remote = Answer(image: .pending(size: 42, isChanged: false))
    let plan = try await fixture.plan(script)
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.images["base"]?.download == Download(size: 42))
    #expect(plan.presentImages.isEmpty)
    #expect(plan.domains["m"]?.drives.first?.own != nil)
  }

  @Test func theCopyOnTheHostStandsInForAnImageThatIsNotInTheCache() async throws {
    var fixture = try fixture()
    fixture.remote = Answer(image: .pending(size: 42, isChanged: false))
    #expect(try await fixture.errors(script) == [672])
    #expect(try await differences(fixture) == [])
    // A command that uses no network says nothing about it.
    fixture.remote = OfflineImages()
    #expect(try await fixture.errors(script) == [])
    #expect(try await differences(fixture) == [])
  }

  @Test func aChangedImageIsForNewDisks() async throws {
    var fixture = try fixture()
    fixture.remote = Answer(image: .pending(size: 42, isChanged: true))
    #expect(try await fixture.errors(script) == [])
    #expect(
      try await differences(fixture)
        == ["source: the image has changed; present disks keep the earlier content"])
    #expect(try await fixture.differences(script, of: "m") == [])
  }

  @Test func aDeclaredDigestThatTheHostHasNeedsNoServer() async throws {
    struct Unreachable: RemoteImages {
      func image(
        _ request: RemoteImageRequest, at span: Span
      ) async throws(Diagnostic) -> RemoteImage {
        throw Diagnostic(code: DiagnosticCode(1), "asked")
      }
      func unpacked(
        _ request: RemoteImageRequest, at span: Span
      ) async throws(Diagnostic) -> RemoteImage {
        try await image(request, at: span)
      }
      func record(_ key: ImageKey, of request: RemoteImageRequest) async {}
    }
    var fixture = try fixture()
    fixture.remote = Unreachable()
    #expect(try await fixture.errors(script) == [1])
    let declared = """
      image base { source = "https://x.test/base.raw", sha256 = "\(Self.digest.sha256)" }
      domain m { disk { image = base } }
      """
    #expect(try await fixture.errors(declared) == [])
    #expect(try await fixture.differences(declared, of: "m") == [])
  }

  @Test func aFetchedFileIsLikeALocalOne() async throws {
    var fixture = try fixture()
    let path = try fixture.disk("base.raw")
    fixture.remote = Answer(image: .file(path: path, digest: Self.digest, warnings: []))
    #expect(try await differences(fixture) == [])
    let other = FileDigest(
      sha256: String(repeating: "3c", count: 32), sha512: String(repeating: "4d", count: 64))
    fixture.remote = Answer(image: .file(path: path, digest: other, warnings: []))
    #expect(try await differences(fixture).count == 1)
    #expect(try await fixture.differences(script, of: "m") == [])
  }

  @Test func thePlanHasNoCredentials() async throws {
    let plan = try await fixture(hasCopy: false).plan(script)
    #expect(
      plan.set.declarations.first?.body["source"] == .string("https://user:…@x.test/base.raw?…"))
  }

  @Test(arguments: [
    ("https://x.test/a", "https://x.test/a"), ("https://u@x.test/a", "https://…@x.test/a"),
    ("https://u:p@x.test/a", "https://u:…@x.test/a"),
    ("https://x.test/a?k=v", "https://x.test/a?…"),
    ("https://u:p@w@x.test/a?b@c", "https://u:…@x.test/a?…"), ("debian:12", "debian:12"),
    ("/a?b", "/a?b"),
  ])
  func credentialsAreMasked(_ address: String, _ shown: String) {
    #expect(MaskedAddress.text(address) == shown)
  }
}
