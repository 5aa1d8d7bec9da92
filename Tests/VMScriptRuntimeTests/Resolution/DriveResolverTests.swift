import Foundation
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The storage of the drives of a declared domain.
@Suite struct DriveResolverTests {
  private func drives(_ script: String, of domain: String, _ fixture: StorageFixture) async throws
    -> [String]
  {
    let plan = try await fixture.plan(script)
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    return (plan.domains[domain]?.drives ?? []).map { drive in
      let content =
        switch drive.content {
        case .empty: "empty"
        case .inPlace(let base): "in place \(base.path)"
        case .own(let own): "\(Self.text(own.origin)) \(own.format.rawValue)"
        }
      return "\(drive.name.path) \(drive.target): \(content)"
    }
  }

  private static func text(_ origin: OwnVolume.Origin) -> String {
    switch origin {
    case .new: "new"
    case .kept: "kept"
    case .overlay(let base): "on \(base.image?.name ?? base.path)"
    case .copy(let base): "copy of \(base.path)"
    }
  }

  @Test func aDiskIsAnOverlayNewOrInPlace() async throws {
    var fixture = try StorageFixture()
    try fixture.disk("a.raw")
    fixture.add("golden.qcow2", capacity: 1 << 30)
    let found = try await drives(
      """
      image base { source = "a.raw" }
      image blank { format = raw, size = 1GiB }
      domain web {
        disk { image = base }
        disk data { size = 1GiB, format = raw }
        disk { source = blank }
        disk { source = "volume:default/golden.qcow2", format = qcow2 }
        disk { image = image("golden.qcow2") }
        cdrom { }
        floppy { source = blank }
      }
      """, of: "web", fixture)
    let blank = StorageFixture.path(try StorageFixture.name("blank", .image, "raw"))
    #expect(
      found == [
        "disk 1 vda: on base qcow2", "disk data vdb: new raw",
        "disk 3 vdc: in place \(blank)", "disk 4 vdd: in place /pool/golden.qcow2",
        "disk 5 vde: on /pool/golden.qcow2 qcow2", "cdrom 1 sda: empty",
        "floppy 1 fda: in place \(blank)",
      ])
  }

  @Test func anInvalidTargetIsAnErrorAtItsDrive() async throws {
    let fixture = try StorageFixture()
    try fixture.disk("a.raw")
    let image = "image base { source = \"a.raw\" }\n"
    #expect(try await fixture.errors("domain web { disk { } }") == [618])
    #expect(try await fixture.errors(image + "domain web { disk { source = base } }") == [627])
    #expect(
      try await fixture.errors(image + "domain web { disk { source = base, readonly = true } }")
        == [])
    try fixture.disk("b.raw", size: 2 << 20)
    #expect(
      try await fixture.errors(
        "image b { source = \"b.raw\" }\ndomain web { disk { image = b, size = 1KiB } }") == [620])
    #expect(
      try await fixture.errors(
        image + "domain web { disk { source = base, format = qcow2, readonly = true } }") == [605])
    #expect(try await fixture.errors("domain web { disk { image = \"none\" } }") == [616])
    #expect(
      try await fixture.errors("domain web { disk { size = 1GiB, pool = \"none\" } }") == [611])
    // An image that is wrong itself is reported once.
    #expect(
      try await fixture.errors(
        "image x { source = \"none\" }\ndomain web { disk { image = x } }") == [601])
  }

  @Test func aCloneIsBackedByTheDisksOfItsSource() async throws {
    let fixture = try StorageFixture()
    try fixture.disk("a.raw")
    let script = """
      image base { source = "a.raw" }
      image cd { source = "a.raw" }
      domain web {
        disk { image = base, size = 4MiB }
        disk data { size = 1GiB }
        disk { source = base, readonly = true }
        cdrom { source = cd }
      }
      clone web as overlay { disk data { size = 2GiB } }
      clone web as copy { full = true, remove disk data }
      clone overlay as next { disk { image = base } }
      """
    func own(_ domain: String, _ key: String) throws -> String {
      StorageFixture.path(try StorageFixture.name(domain, .disk(key)))
    }
    let plan = try await fixture.plan(script)
    let shared = try #require(plan.images["base"]?.path)
    #expect(
      try await drives(script, of: "overlay", fixture).prefix(2) == [
        "disk 1 vda: on \(try own("web", "disk1")) qcow2",
        "disk data vdb: on \(try own("web", "data")) qcow2",
      ])
    #expect(
      plan.domains["overlay"]?.drives.map { $0.own?.capacity } == [4 << 20, 2 << 30, nil, nil])
    #expect(plan.domains["overlay"]?.drives[2].base?.path != nil && !shared.isEmpty)
    #expect(
      try await drives(script, of: "copy", fixture).first
        == "disk 1 vda: copy of \(try own("web", "disk1")) qcow2")
    #expect(
      try await drives(script, of: "next", fixture).prefix(2) == [
        "disk 1 vda: on base qcow2", "disk data vdb: on \(try own("overlay", "data")) qcow2",
      ])
    #expect(plan.overlaidDomains == ["web", "overlay"])
  }

  @Test func aDiskThatTheDomainHasUnderAnotherLabelIsKept() async throws {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("web", .disk("old"))
    fixture.add(disk, capacity: 1 << 30)
    try fixture.add(domain: "web", [("vda", disk)])
    #expect(
      try await drives("domain web { disk new { size = 1GiB } }", of: "web", fixture)
        == ["disk new vda: kept qcow2"])
    #expect(
      try await fixture.differences("domain web { disk new { size = 2GiB } }", of: "web")
        == ["disk new size: 1GiB → 2GiB (live)"])
  }

  @Test func anExternalSnapshotIsItsDisk() async throws {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(disk, capacity: 1 << 30)
    fixture.add("web.snapshot", on: disk, capacity: 1 << 30)
    try fixture.add(domain: "web", [("vda", "web.snapshot")])
    #expect(
      try await drives("domain web { disk { size = 1GiB } }", of: "web", fixture)
        == ["disk 1 vda: kept qcow2"])
    #expect(try await fixture.differences("domain web { disk { size = 1GiB } }", of: "web") == [])
  }

  @Test func aCloneOfAHostsDomainTakesItsDrivesOver() async throws {
    var fixture = try StorageFixture()
    fixture.add("a.qcow2", capacity: 1 << 30)
    try fixture.add(domain: "golden", [("vda", "a.qcow2"), ("vdb", "outside.qcow2")])
    let script = "clone \"golden\" as web { disk { size = 2GiB } disk more { size = 1GiB } }"
    #expect(
      try await drives(script, of: "web", fixture) == [
        "disk vda vda: on /pool/a.qcow2 qcow2", "disk more vdc: new qcow2",
        "disk vdb vdb: on /pool/outside.qcow2 qcow2",
      ])
    #expect(
      try await drives("clone \"golden\" as web { remove disk vdb }", of: "web", fixture)
        == ["disk vda vda: on /pool/a.qcow2 qcow2"])
    #expect(try await fixture.errors("clone \"golden\" as web { full = true }") == [628])
    #expect(try await fixture.errors("clone \"golden\" as web { remove disk 3 }") == [511])
    let own = try StorageFixture.name("web", .disk("vda"))
    fixture.add(own, on: "a.qcow2", capacity: 2 << 30)
    try fixture.add(domain: "web", [("vda", own), ("vdb", "outside.qcow2")])
    #expect(try await fixture.differences(script, of: "web") == [])
  }

  @Test func aSeedFollowsItsContentAndItsDomain() async throws {
    let fixture = try StorageFixture()
    let plan = try await fixture.plan(
      """
      domain web { cloud_init { run = ["true"] } }
      clone web as copy { }
      domain bare { }
      """)
    let seeds = ["web", "copy", "bare"].map { plan.domains[$0]?.seed?.name.fileName }
    #expect(seeds[0] != nil && seeds[1] != nil && seeds[0] != seeds[1] && seeds[2] == nil)
    let again = try await fixture.plan("domain web { cloud_init { run = [\"true\"] } }")
    #expect(again.domains["web"]?.seed?.path == plan.domains["web"]?.seed?.path)
  }
}

/// Raw disks that QEMU reads and writes past the cache of the host.
@Suite struct DriveCacheTests {
  /// The diagnostics of a disk on a file of this size, on a host that is not this machine.
  private func found(
    _ properties: String, size: Int64, present: String? = nil
  ) async throws -> [Diagnostic] {
    var fixture = try StorageFixture()
    fixture.add("r.img", capacity: size, format: "raw", length: size)
    if let present {
      let xml = """
        <domain><name>d</name><devices><disk type='file' device='disk'>
        <driver name='qemu' type='raw' cache='\(present)'/><source file='/pool/r.img'/>
        <target dev='vda' bus='virtio'/></disk></devices></domain>
        """
      fixture.domains = [
        try LiveDomain(
          name: "d", uuid: Identity.uuid(stack: StorageFixture.stack, kind: .domain, name: "d"),
          state: .stopped, xml: xml)
      ]
    }
    return try await fixture.plan(
      "domain d { disk { source = \"/pool/r.img\", \(properties) } }"
    ).diagnostics
  }

  @Test(arguments: ["none", "directsync"])
  func aWritableDiskThatMayEndWithinABlockIsWarnedOf(cache: String) async throws {
    for (size, isWhole) in [(4096, true), (3585, true), (4608, false), (1 << 20, true)] {
      let found = try await found("format = raw, cache = \(cache)", size: Int64(size))
      #expect(found.map(\.code.number) == (isWhole ? [] : [641]), "\(size)")
      #expect(found.allSatisfy { $0.severity == .warning })
    }
  }

  @Test(arguments: [
    "format = raw", "format = raw, cache = writeback",
    "format = raw, cache = none, readonly = true",
    "format = qcow2, cache = none",
  ])
  func anyOtherIsNot(properties: String) async throws {
    #expect(try await found(properties, size: 4608).isEmpty)
  }

  @Test func anExistingMediumCausesNoWarning() async throws {
    let properties = "format = raw, cache = none"
    #expect(try await found(properties, size: 4608, present: "none").isEmpty)
    #expect(try await found(properties, size: 4608, present: "writeback").count == 1)
  }

  /// The file system of `/dev/shm` has no blocks of its own, so that QEMU takes the largest.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func aFileOfThisMachineIsMeasured() async throws {
    let path = "/dev/shm/vmscript-\(UUID().uuidString)"
    try Data(count: 4608).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let block = DirectIO.alignment(of: path) else { return }
    let fixture = try StorageFixture()
    let found = try await fixture.plan(
      "domain d { disk { source = \"\(path)\", format = raw, cache = none } }"
    ).diagnostics
    #expect(found.map(\.code.number) == (4608 % block == 0 ? [] : [641]))
    #expect(found.allSatisfy { $0.severity == .error })
    #expect(
      found.flatMap(\.helps).map(\.text).first == "pad it: `truncate --size=%\(block) \(path)`"
        || found.isEmpty)
  }
}

/// A disc in the place of a disk, and a disk in the place of a disc.
@Suite struct MediumKindTests {
  private func fixture() throws -> StorageFixture {
    var fixture = try StorageFixture()
    try fixture.disk("disk.raw")
    try fixture.folder.write("debian.iso", Self.disc)
    fixture.add("host.iso", capacity: 40_960, format: "iso")
    fixture.add("host.qcow2", capacity: 1 << 20)
    return fixture
  }

  /// The minimum of an ISO 9660 image: its primary volume descriptor.
  private static let disc: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 40_960)
    bytes.replaceSubrange(32_769..<32_774, with: "CD001".utf8)
    (bytes[32_848], bytes[32_896], bytes[32_897]) = (20, 0, 8)
    return bytes
  }()

  @Test(arguments: [
    ("image d { source = \"debian.iso\" }\ndomain a { disk { image = d } }", [668]),
    ("domain a { disk { source = \"FOLDER/debian.iso\" } }", [668]),
    ("domain a { disk { source = \"volume:default/host.iso\" } }", [668]),
    ("domain a { disk { image = image(\"host.iso\") } }", [668]),
    ("image d { source = \"disk.raw\", format = qcow2 }\ndomain a { cdrom { source = d } }", [669]),
    ("domain a { cdrom { source = image(\"host.qcow2\") } }", [669]),
    // What is meant as it is.
    ("image d { source = \"debian.iso\" }\ndomain a { cdrom { source = d } }", []),
    ("domain a { cdrom { source = \"FOLDER/debian.iso\" } }", []),
    ("domain a { disk { source = \"FOLDER/debian.iso\", readonly = true } }", []),
    ("domain a { disk { source = \"FOLDER/debian.iso\", format = raw } }", []),
    ("image d { source = \"debian.iso\", format = raw }\ndomain a { disk { image = d } }", []),
    ("image d { source = \"disk.raw\" }\ndomain a { disk { image = d } }", []),
    ("domain a { disk { image = image(\"host.qcow2\") } }", []),
  ])
  func kinds(script: String, codes: [Int]) async throws {
    let fixture = try fixture()
    let text = script.replacing("FOLDER", with: fixture.folder.path)
    let found = try await fixture.plan(text).diagnostics
    #expect(found.map(\.code.number) == codes, "\(found)")
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  @Test func anExistingDriveCausesNoWarning() async throws {
    var fixture = try fixture()
    let path = fixture.folder.file("debian.iso")
    try fixture.add(domain: "a", [("vda", path)], format: "raw", keys: ["disk1"])
    let found = try await fixture.plan("domain a { disk { source = \"\(path)\" } }").diagnostics
    #expect(found.isEmpty, "\(found)")
  }
}
