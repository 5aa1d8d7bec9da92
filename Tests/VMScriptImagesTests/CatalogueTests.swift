import Foundation
import TestSupport
import Testing
import VMScriptPlan
import VMScriptSyntax

@testable import VMScriptImages

@Suite struct CatalogueTests {
  @Test("The program's own catalogue has an address for each architecture")
  func own() throws {
    let catalogue = try Catalogue()
    #expect(catalogue.entries.count >= 24)
    for entry in catalogue.entries {
      for (name, _) in entry.architectures {
        let request = RemoteImageRequest(image: "x", source: "\(entry.name):\(name)")
        let location = try ImageLocation(request) { () throws(DownloadFailure) in catalogue }
        #expect(location.address.text.hasPrefix("https://"))
        #expect(!location.address.text.contains("{"))
        #expect(location.checksums?.text.contains("{") != true)
      }
      #expect(entry.user != nil && (entry.checksums != nil || entry.name.hasPrefix("cirros")))
    }
    let debian = try catalogue.entry("debian:12", on: "aarch64")
    #expect(debian.published == "arm64" && debian.entry.user == "debian")
  }

  @Test(
    "Names that do not exist have a suggestion",
    arguments: [
      ("debain:12", "debian:12"), ("debian:14", "debian:13"), ("ubunto:24.04", "ubuntu:24.04"),
      ("ubuntu:24.4", "ubuntu:24.04"), ("nonsense-os:1", nil),
    ] as [(String, String?)])
  func unknown(_ name: String, closest: String?) throws {
    #expect(throws: DownloadFailure.unknownName(name, closest: closest)) {
      try Catalogue().entry(name, on: "x86_64")
    }
  }

  @Test("An architecture that is not offered lists the others")
  func architecture() throws {
    #expect(
      throws: DownloadFailure.otherArchitecture(
        "arch:latest", architecture: "riscv64", offered: ["x86_64"])
    ) { try Catalogue().entry("arch:latest", on: "riscv64") }
  }

  @Test("The user's entries replace and extend the program's")
  func users() throws {
    let catalogue = try Catalogue(
      own:
        "debian:12: {url: 'https://mirror.test/d.qcow2'}\nlab:1:\n  url: https://lab.test/{arch}\n")
    #expect(
      catalogue.entries.first { $0.name == "debian:12" }?.url == "https://mirror.test/d.qcow2")
    #expect(catalogue.entries.last?.name == "lab:1")
  }

  @Test(
    "A malformed catalogue is refused",
    arguments: [
      "[1]", "debian: {url: x}", "a:1: text", "a:1: {user: x}", "a:1: {url: x, usr: y}",
      "a:1: {url: [x]}", "a: [", "a:1: {url: x}\na:1: {url: y}",
    ])
  func malformed(_ text: String) {
    #expect(throws: DownloadFailure.self) { try Catalogue(own: text, path: "x") }
  }

  @Test(
    "Only names of the catalogue have the form of one",
    arguments: [
      ("debian:12", true), ("ubuntu:24.04", true), ("debian:12:aarch64", true),
      ("centos-stream:9", true), ("file:x", false), ("volume:x", false), ("debian", false),
      ("debian:", false), ("a/b:1", false), ("disk.qcow2", false), ("C:disk", false),
      ("a:1:2:3", false), ("debian:..", false),
    ])
  func names(_ text: String, isName: Bool) { #expect(ImageName.isName(text) == isName) }

  @Test("The checksum file of an entry is used, and must list the image")
  func checksums() async throws {
    let fixture = try ImageFixture()
    func fetch(_ sums: String) async throws -> CacheEntry {
      try fixture.server.folder.write("SHA256SUMS", sums)
      let text = """
        lab:1:
          url: \(fixture.server.url("plain/disk.raw"))
          checksums: SHA256SUMS
        """
      let location = try ImageLocation(RemoteImageRequest(image: "x", source: "lab:1")) {
        () throws(DownloadFailure) in try Catalogue(own: text)
      }
      return try await fixture.cache.fetch(location, takesRaw: false, image: "x") { _ in }.entry
    }
    let digest = try ImageFixture.sha256(fixture.disk)
    await #expect(throws: DownloadFailure.self) {
      try await fetch("\(String(repeating: "0", count: 64))  disk.raw")
    }
    await #expect(throws: DownloadFailure.self) { try await fetch("nothing") }
    #expect(try await fetch("\(digest)  disk.raw\n\(digest)  other.raw").verified == "checksums")
    let downloads = fixture.server.downloads(of: "plain/disk.raw")
    #expect(try await fetch("\(digest) *disk.raw").verified == "checksums")
    #expect(fixture.server.downloads(of: "plain/disk.raw") == downloads)
  }
}
