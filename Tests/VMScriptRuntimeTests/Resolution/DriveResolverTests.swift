import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Which storage each drive of a declared domain gets.
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
      return "\(drive.name) \(drive.target): \(content)"
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
