import Foundation
import TestSupport
import Testing
import VMScriptPlan
import VMScriptSyntax

@testable import VMScriptImages

@Suite(.timeLimit(.minutes(5))) struct ArchiveTests {
  /// Runs a program in a folder, and requires its success.
  private func run(_ words: String..., in folder: ScratchFolder) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(words)")
  }

  @Test("A compressed image is decompressed", arguments: ["gzip", "xz", "bzip2", "zstd"])
  func compressed(_ filter: String) async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try run(
      "bsdtar", "-c", "--format", "raw", "--\(filter)", "-f", "disk.raw.x", "disk.raw", in: folder)
    #expect(try await fixture.pull("plain/disk.raw.x") == fixture.disk)
    // A digest is that of the download or of the image in it.
    let digest = try ImageFixture.sha256(fixture.disk)
    #expect(try await fixture.pull("plain/disk.raw.x", sha256: digest) == fixture.disk)
    #expect(fixture.server.downloads(of: "plain/disk.raw.x") == 1)
    let packed = try Data(contentsOf: URL(fileURLWithPath: folder.file("disk.raw.x")))
    try folder.write("again.raw.x", Array(packed))
    let outer = try ImageFixture.sha256(Array(packed))
    #expect(try await fixture.pull("plain/again.raw.x", sha256: outer) == fixture.disk)
    #expect(
      await fixture.failure(
        "plain/disk.raw.x", sha256: String(repeating: "0", count: 64)) == 914)
  }

  @Test("Zeros become holes, and the size stays")
  func sparse() async throws {
    let fixture = try ImageFixture()
    var disk = [UInt8](repeating: 0, count: 64 << 20)
    disk.replaceSubrange(0..<fixture.disk.count, with: fixture.disk)
    try fixture.server.folder.write("wide.raw", disk)
    try run("gzip", "wide.raw", in: fixture.server.folder)
    let image = try await fixture.cache.pull(fixture.server.url("plain/wide.raw.gz")).image
    #expect(image.entry?.size == 64 << 20)
    #expect(image.allocation < 4 << 20)
    #expect(try fixture.bytes(of: image) == disk)
  }

  @Test("The image of a disc, which begins with zeros, is not taken for a tar archive")
  func disc() async throws {
    let fixture = try ImageFixture()
    var disc = [UInt8](repeating: 0, count: 1 << 20)
    disc.replaceSubrange(32_769..<32_774, with: Array("CD001".utf8))
    (disc[32_768], disc[32_848], disc[32_896 + 1]) = (1, 255, 8)
    try fixture.server.folder.write("disc.iso", disc)
    try run("gzip", "--keep", "disc.iso", in: fixture.server.folder)
    let plain = await fixture.failure("plain/disc.iso")
    #expect(await fixture.failure("plain/disc.iso.gz") == plain)
    #expect(plain != 921)
  }

  @Test("A small archive that expands beyond the limit is stopped")
  func bomb() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.maximumSize = 8 << 20
    try fixture.server.folder.write("bomb.raw", [UInt8](repeating: 0, count: 32 << 20))
    try run("gzip", "bomb.raw", in: fixture.server.folder)
    #expect(await fixture.failure("plain/bomb.raw.gz") == 911)
    #expect(await !fixture.hasImages())
  }

  @Test("A tar archive with one image is unpacked, also if it is compressed and has other files")
  func tar() async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try folder.write("README", "text")
    try run("tar", "-cf", "one.tar", "disk.raw", "README", in: folder)
    try run("tar", "-czf", "one.tar.gz", "./disk.raw", in: folder)
    #expect(try await fixture.pull("plain/one.tar") == fixture.disk)
    #expect(try await fixture.pull("plain/one.tar.gz") == fixture.disk)
  }

  @Test("An archive without an image, with several, cut or damaged is refused")
  func unfit() async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try folder.write("README", "text")
    try folder.write("LICENSE", "text")
    try folder.write("other.raw", fixture.disk)
    try run("tar", "-cf", "none.tar", "README", "LICENSE", in: folder)
    try run("tar", "-cf", "two.tar", "disk.raw", "other.raw", in: folder)
    try run("tar", "-czf", "text.tar.gz", "README", in: folder)
    try run("gzip", "--keep", "disk.raw", in: folder)
    let packed = try Data(contentsOf: URL(fileURLWithPath: folder.file("disk.raw.gz")))
    try folder.write("cut.raw.gz", Array(packed.prefix(packed.count / 2)))
    #expect(await fixture.failure("plain/none.tar") == 921)
    #expect(await fixture.failure("plain/two.tar") == 921)
    #expect(await fixture.failure("plain/text.tar.gz") == 605)
    #expect(await fixture.failure("plain/cut.raw.gz") == 920)
    #expect(await !fixture.hasImages())
  }

  @Test("A path in an archive does not leave the cache")
  func traversal() async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try run(
      "tar", "-cPf", "up.tar", "--transform", "s,disk,../../../../disk,", "disk.raw", in: folder)
    #expect(try await fixture.pull("plain/up.tar") == fixture.disk)
    let found =
      FileManager.default.enumerator(atPath: fixture.scratch.path)?
      .compactMap { $0 as? String }.filter { $0.hasSuffix("disk.raw") } ?? []
    #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("images/") })
  }

  @Test(
    "Images of other programs are accepted", arguments: ["vmdk", "vdi", "vhdx", "vpc", "qcow2"])
  func formats(_ format: String) async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try run(
      "qemu-img", "convert", "-f", "raw", "-O", format, "disk.raw", "disk.\(format)", in: folder)
    let image = try await fixture.cache.pull(fixture.server.url("plain/disk.\(format)")).image
    #expect(image.entry?.format == format)
    #expect(await fixture.cache.contents().count == 1)
  }

  @Test("The disk of an OVA is taken out of it")
  func appliance() async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try run(
      "qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized",
      "disk.raw", "box-disk1.vmdk", in: folder)
    try folder.write("box.ovf", "<Envelope/>")
    try folder.write("box.mf", "SHA1(box.ovf)= 00")
    try run("tar", "-cf", "box.ova", "box.ovf", "box.mf", "box-disk1.vmdk", in: folder)
    let image = try await fixture.cache.pull(fixture.server.url("plain/box.ova")).image
    #expect(image.entry?.format == "vmdk")
  }

  @Test("An image that names another file is refused")
  func references() async throws {
    let fixture = try ImageFixture()
    let folder = fixture.server.folder
    try run(
      "qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.raw", "-F", "raw", "over.qcow2",
      in: folder)
    try run(
      "qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=data.raw", "split.qcow2", "1M",
      in: folder)
    try run(
      "qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", "flat.vmdk", "1M",
      in: folder)
    try run("qemu-img", "create", "-q", "-f", "vmdk", "base.vmdk", "1M", in: folder)
    try run(
      "qemu-img", "create", "-q", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "child.vmdk",
      in: folder)
    for name in ["over.qcow2", "split.qcow2", "flat.vmdk", "child.vmdk"] {
      #expect(await fixture.failure("plain/\(name)") == 606, "\(name)")
    }
    try run("gzip", "over.qcow2", in: folder)
    #expect(await fixture.failure("plain/over.qcow2.gz") == 606)
    #expect(await !fixture.hasImages())
  }
}
