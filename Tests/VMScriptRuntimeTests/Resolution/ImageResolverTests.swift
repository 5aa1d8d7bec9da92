import Foundation
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Errors of images are reported before any change, at the property that causes them.
@Suite struct ImageResolverTests {
  @Test func filesThatAreNoSoundImagesAreRefused() async throws {
    let fixture = try StorageFixture()
    try fixture.folder.write("empty.raw", [])
    try fixture.folder.write("page.html", Array("<html>404</html>".utf8))
    try fixture.folder.write("cut.qcow2", [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    try fixture.folder.write("text.raw", Array("hello".utf8))
    #expect(try await fixture.errors(#"image x { source = "none.qcow2" }"#) == [601])
    #expect(try await fixture.errors(#"image x { source = "empty.raw" }"#) == [602])
    #expect(try await fixture.errors(#"image x { source = "cut.qcow2" }"#) == [603])
    #expect(try await fixture.errors(#"image x { source = "page.html" }"#) == [605])
    #expect(try await fixture.errors(#"image x { source = "text.raw", format = qcow2 }"#) == [605])
    #expect(try await fixture.errors(#"image x { source = "text.raw", format = iso }"#) == [605])
    #expect(try await fixture.errors(#"image x { source = "text.raw" }"#) == [605])
    #expect(try await fixture.errors(#"image x { source = "text.raw", format = raw }"#) == [])
    #expect(try await fixture.errors(#"image x { source = "." }"#) == [601])
  }

  @Test func digestsAreCompared() async throws {
    let fixture = try StorageFixture()
    let path = try fixture.disk("a.raw")
    let digest = try await FileDigest.of(path, cache: nil)
    let (short, long) = (digest.sha256.uppercased(), digest.sha512)
    #expect(
      try await fixture.errors(
        "image x { source = \"a.raw\", sha256 = \"\(short)\", sha512 = \"\(long)\" }") == [])
    let plan = try await fixture.plan(#"image x { source = "a.raw", sha512 = "00" }"#)
    #expect(plan.diagnostics.map(\.code.number) == [607])
    let span = try #require(plan.diagnostics.first?.primary?.span)
    let property = plan.set.declarations.first?.body.property("sha512")
    #expect(span == property?.span)
  }

  @Test func sizesAndFormatsFollowTheSource() async throws {
    let fixture = try StorageFixture()
    try fixture.disk("a.raw")
    let plan = try await fixture.plan(
      """
      image plain { source = "a.raw" }
      image grown { source = "a.raw", size = 2MiB }
      image converted { source = "a.raw", format = qcow2 }
      """)
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.images["plain"]?.format == .raw)
    #expect(plan.images["grown"]?.capacity == 2 << 20)
    #expect(plan.images["converted"]?.format == .qcow2)
    let keys = ["plain", "grown", "converted"].compactMap { plan.images[$0]?.key }
    #expect(Set(keys).count == 3)
    try fixture.disk("b.raw", size: 2 << 20)
    #expect(try await fixture.errors(#"image x { source = "b.raw", size = 1KiB }"#) == [620])
    #expect(try await fixture.errors(#"image x { source = "a.raw", format = vhdx }"#) == [622])
  }

  @Test func emptyImagesNeedASizeAndAFormatOfTheHosts() async throws {
    let fixture = try StorageFixture()
    #expect(try await fixture.errors("image x { format = raw }") == [618])
    #expect(try await fixture.errors("image x { format = vdi, size = 1GiB }") == [622])
    #expect(try await fixture.errors("image x { size = 1GiB, pool = \"no\" }") == [611])
    #expect(try await fixture.errors("image x { size = 1GiB, pool = \"off\" }") == [612])
    let plan = try await fixture.plan(
      "image base { size = 1GiB }\nimage top { backing = base }\nimage x { format = raw, size = 1GiB }"
    )
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.images["top"]?.capacity == 1 << 30)
    #expect(plan.images["x"]?.path.hasSuffix(".raw") == true)
  }

  @Test func volumesOfTheHostAreUsedInPlace() async throws {
    var fixture = try StorageFixture()
    fixture.add("golden.qcow2", capacity: 1 << 30)
    let plan = try await fixture.plan(
      """
      image named { source = "volume:default/golden.qcow2" }
      image path { source = "/pool/golden.qcow2" }
      """)
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.images["named"]?.path == "/pool/golden.qcow2")
    #expect(plan.images["path"]?.capacity == 1 << 30)
    #expect(plan.presentImages == ["named", "path"])
    let source = "image x { source = \"/pool/golden.qcow2\""
    #expect(try await fixture.errors(source + ", sha256 = \"00\" }") == [623])
    #expect(try await fixture.errors(source + ", format = vdi }") == [605])
    #expect(try await fixture.errors(#"image x { source = "volume:default/none" }"#) == [616])
    #expect(try await fixture.errors(#"image x { source = "volume:no/golden" }"#) == [611])
  }

  @Test func volumesOfFormatsThatGuestsDoNotGetAreRefused() async throws {
    var fixture = try StorageFixture()
    fixture.add("locked", format: "luks")
    fixture.add("old", format: "qcow")
    fixture.add("azure", format: "vpc")
    #expect(try await fixture.errors(#"image x { source = "/pool/locked" }"#) == [631])
    #expect(try await fixture.errors(#"image x { source = "/pool/old" }"#) == [630])
    let plan = try await fixture.plan(#"image x { source = "/pool/azure" }"#)
    #expect(plan.images["x"]?.format == .vhd)
  }

  @Test func anImageIsFoundByTheNameThatTheListShows() async throws {
    var fixture = try StorageFixture()
    fixture.add("golden", capacity: 1 << 20)
    let key = ImageKey(sha256: "ab", format: "qcow2", size: nil).text
    for (stack, nonce, name) in [
      ("lab", "1", "mine"), ("other", "2", "theirs"), ("other", "3", "mine"), ("a", "4", "both"),
      ("b", "5", "both"),
    ] {
      fixture.add(
        try StorageFixture.name(name, .base(key: key, nonce: nonce), stack: stack),
        capacity: Int64(nonce))
      fixture.add(
        try StorageFixture.name(name, .pin(key: key, nonce: nonce), "pin", stack: stack))
    }
    let live = LiveStorage(pools: [.init(name: "default", path: "/pool", volumes: fixture.volumes)])
    let resolver = ImageResolver(
      stack: "lab", live: live, sources: SourceMap(), cache: nil, reading: { _ in })
    #expect(try resolver.undeclared("golden").capacity == 1 << 20)
    // The stack's own first.
    #expect(try resolver.undeclared("mine").capacity == 1)
    #expect(try resolver.undeclared("theirs").capacity == 2)
    #expect(throws: StorageFailure.self) { try resolver.undeclared("both") }
    #expect(throws: StorageFailure.missingVolume("none")) { try resolver.undeclared("none") }
    for image in live.images where image.name != "both" {
      #expect(throws: Never.self) { try resolver.undeclared(image.name) }
    }
  }

  @Test func pathsThatGoToTheHostAreRelativeToTheScript() async throws {
    let fixture = try StorageFixture()
    for name in ["vmlinuz", "initrd"] { try fixture.folder.write(name, [1]) }
    let plan = try await fixture.plan(
      """
      domain a { kernel = "vmlinuz", initrd = "\(fixture.folder.file("initrd"))" }
      clone a as b
      """)
    #expect(plan.diagnostics.isEmpty)
    for declaration in plan.set.declarations {
      #expect(declaration.body["kernel"] == .string(fixture.folder.file("vmlinuz")))
      #expect(declaration.body["initrd"] == .string(fixture.folder.file("initrd")))
    }
    #expect(try await fixture.errors(#"domain a { kernel = "Package.swift" }"#) == [637])
    // Every row whose path is written to the host as it is.
    let rows = Schema.resource(.domain).properties.filter { row in
      if case .path = row.type { row.xml != nil } else { false }
    }
    #expect(rows.map(\.name) == ["kernel", "initrd"])
  }

  @Test func aDriveIsNotDownloaded() async throws {
    let fixture = try StorageFixture()
    for source in ["https://x.test/a.qcow2", "ftp://x.test/a.qcow2", "debian:12"] {
      let script = "domain d { disk { source = \"\(source)\" } }"
      #expect(try await fixture.errors(script) == [619])
    }
  }

  @Test func theOnlyPoolOfAHostIsTheStandardOne() throws {
    let one = LiveStorage(pools: [.init(name: "p", path: "/p", volumes: [])])
    #expect(try one.pool(declared: nil).name == "p")
    let two = LiveStorage(pools: ["p", "q"].map { .init(name: $0, path: "/\($0)", volumes: []) })
    #expect(throws: StorageFailure.missingPool("default", existing: ["p", "q"])) {
      try two.pool(declared: nil)
    }
  }

  @Test func aVolumeOfTheNameIsSuggestedWhereThereIsNoFile() async throws {
    var fixture = try StorageFixture()
    fixture.add("pv.qcow2", capacity: 1 << 20)
    for script in [
      "image i { source = \"pv.qcow2\" }", "domain d { disk { source = \"pv.qcow2\" } }",
      "domain d { cdrom { source = \"/elsewhere/pv.qcow2\" } }",
      "image i { backing = \"pv.qcow2\", size = 1GiB }",
    ] {
      let found = try await fixture.plan(script).diagnostics
      #expect(found.map(\.code.number) == [601])
      #expect(
        found.flatMap(\.helps).map(\.text) == [
          "to use the volume of the host, write `source = \"volume:default/pv.qcow2\"`"
        ])
    }
    let found = try await fixture.plan("image i { source = \"none.qcow2\" }").diagnostics
    #expect(found.map(\.code.number) == [601] && found.allSatisfy(\.helps.isEmpty))
  }

  @Test func aKernelIsAFile() async throws {
    let fixture = try StorageFixture()
    try fixture.folder.write("vmlinuz", [0])
    #expect(mkfifo(fixture.folder.file("pipe"), 0o600) == 0)
    func codes(_ path: String, isLocal: Bool = true) async throws -> [Int] {
      let (set, sources) = try fixture.declarations(
        "domain d { kernel = \"\(path)\", initrd = \"\(path)\" }")
      var resolver = ImageResolver(
        stack: StorageFixture.stack, live: LiveStorage(), sources: sources, cache: nil,
        reading: { _ in })
      resolver.seesFiles = isLocal
      return await StoragePlan(set, live: LiveState(), resolver: resolver).diagnostics
        .map(\.code.number)
    }
    #expect(try await codes("vmlinuz") == [])
    #expect(try await codes(fixture.folder.file("vmlinuz")) == [])
    #expect(try await codes(".") == [601, 601])
    #expect(try await codes(fixture.folder.path) == [601, 601])
    #expect(try await codes(fixture.folder.file("pipe")) == [601, 601])
    #expect(try await codes("/none/at/all") == [601, 601])
    #expect(try await codes("missing") == [637, 637])
    // Another machine's files are not looked at here.
    #expect(try await codes("/none/at/all", isLocal: false) == [])
  }
}

@Suite struct ImageSourceTests {
  @Test func aRelativePathIsBesideTheScriptAndNowhereElse() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a.raw", [1])
    #expect(ImageSource("a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file:a.raw", folder: folder.path) == .local(path))
    #expect(ImageSource("file://" + path, folder: nil) == .local(path))
    // Package.swift is in the folder that the tests work in.
    try #require(FileManager.default.fileExists(atPath: "Package.swift"))
    #expect(
      ImageSource("Package.swift", folder: folder.path) == .host(folder.file("Package.swift")))
    let here = FileManager.default.currentDirectoryPath + "/Package.swift"
    #expect(ImageSource("Package.swift", folder: nil) == .local(here))
  }

  @Test func aFileURLMayEscapeItsCharacters() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("a b.raw", [1])
    let escaped = path.replacingOccurrences(of: " ", with: "%20")
    #expect(ImageSource("file://" + escaped, folder: nil) == .local(path))
  }

  @Test func volumesAndAddressesAreDistinguished() {
    #expect(ImageSource("volume:fast/a/b", folder: nil) == .volume(pool: "fast", name: "a/b"))
    #expect(ImageSource("https://x.test/a", folder: nil) == .remote("https://x.test/a"))
    #expect(ImageSource("debian:12", folder: nil) == .remote("debian:12"))
    #expect(ImageSource("/no/such.qcow2", folder: nil) == .host("/no/such.qcow2"))
    #expect(ImageSource("volume:x", folder: "/no/such") == .host("/no/such/volume:x"))
  }
}
