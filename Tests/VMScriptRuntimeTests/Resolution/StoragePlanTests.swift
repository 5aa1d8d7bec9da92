import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The storage of a domain, compared with the host's.
@Suite struct StoragePlanTests {
  private let image = "image base { source = \"a.raw\" }\n"

  /// A host on which `web` is backed by an upload of `a.raw`.
  ///
  /// - Parameter length: of the upload now; it was 1 MiB.
  private func host(length: Int64? = nil) async throws -> StorageFixture {
    var fixture = try StorageFixture()
    try fixture.disk("a.raw")
    let key = try #require(try await fixture.plan(image).images["base"]?.key).text
    let base = try StorageFixture.name("base", .base(key: key, nonce: "1"), "raw")
    let disk = try StorageFixture.name("web", .disk("disk1"))
    let record = UploadRecord(
      size: 1 << 20, modified: 0, sha256: String(repeating: "0", count: 64))
    fixture.add(base, capacity: 1 << 20, format: "raw", length: length)
    fixture.add(try StorageFixture.name("base", .pin(key: key, nonce: "1", record: record), "pin"))
    fixture.add(disk, on: base, capacity: 2 << 20)
    try fixture.add(domain: "web", [("vda", disk)])
    return fixture
  }

  @Test func matchingStorageHasNoDifference() async throws {
    let fixture = try await host()
    let script = image + "domain web { disk { image = base, size = 2MiB } }"
    #expect(try await fixture.differences(script, of: "web") == [])
    let plan = try await fixture.plan(script)
    #expect(plan.presentImages == ["base"])
    #expect(plan.leftovers.domains.isEmpty && plan.leftovers.images.isEmpty)
    #expect(plan.warnings().isEmpty)
    #expect(plan.images["base"]?.path == plan.publishedPaths["base"])
  }

  @Test func nothingNewIsPutOnAContentThatWasCutShort() async throws {
    let fixture = try await host(length: 100_000)
    let script =
      image + "domain web { disk { image = base } }\ndomain new { disk { image = base } }"
    let plan = try await fixture.plan(script)
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.presentImages.isEmpty && plan.publishedPaths.isEmpty)
    let present = try #require(fixture.volumes.first?.path)
    guard case .own(let own)? = plan.domains["new"]?.drives.first?.content,
      case .overlay(let base) = own.origin
    else {
      Issue.record("no overlay")
      return
    }
    #expect(base.path != present)
    #expect(plan.warnings().map(\.code.number) == [638])
    #expect(plan.warnings().first?.notes.first?.contains("web") == true)
    // The existing disk is unchanged.
    #expect(try await fixture.differences(script, of: "web") == [])
  }

  @Test func aDiskGrowsAndDoesNotShrink() async throws {
    let fixture = try await host()
    #expect(
      try await fixture.differences(
        image + "domain web { disk { image = base, size = 3MiB } }", of: "web")
        == ["disk 1 size: 2MiB → 3MiB (live)"])
    let plan = try await fixture.plan(
      image + "domain web { disk { image = base, size = 1MiB } }")
    let web = try #require(plan.set.declarations.last)
    let live = try #require(plan.live.domains["web"])
    #expect { _ = try plan.differences(domain: web, live: live, left: []) } throws: {
      ($0 as? Diagnostic)?.code.number == 621
    }
  }

  @Test func aChangedFileLeavesTheDiskOnItsBase() async throws {
    let fixture = try await host()
    try fixture.disk("a.raw", fill: 7)
    let script = image + "domain web { disk { image = base } }"
    #expect(try await fixture.differences(script, of: "web") == [])
    let plan = try await fixture.plan(script)
    let change = try plan.differences(image: try #require(plan.set.declarations.first))
    #expect(change.map(\.name) == ["source"] && change.map(\.impact) == [.none])
    #expect(plan.warnings().map(\.code.number) == [508])
    #expect(try plan.keysInUse().count == 1)
  }

  @Test func anotherImageIsALossOfData() async throws {
    let fixture = try await host()
    try fixture.disk("b.raw", fill: 1)
    let other = "image other { source = \"b.raw\" }\n"
    #expect(
      try await fixture.differences(
        image + other + "domain web { disk { image = other } }", of: "web")
        == ["disk 1 image: base → other (data-loss)"])
    #expect(
      try await fixture.differences("domain web { disk { size = 2MiB } }", of: "web")
        == ["disk 1 image: base → none (data-loss)"])
  }

  @Test func aVolumeThatIsGoneIsMadeAgain() async throws {
    var fixture = try await host()
    fixture.volumes.removeAll { !$0.backing.isAbsent }
    let found = try await fixture.differences(
      image + "domain web { disk { image = base } }", of: "web")
    #expect(found == [#"disk 1 volume: missing → made anew (data-loss)"#])
  }

  @Test func aDiskWithCloneOverlaysIsNeitherGrownNorReplacedNorDeleted() async throws {
    var fixture = try await host()
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(try StorageFixture.name("copy", .disk("disk1"), stack: "other"), on: disk)
    let plan = try await fixture.plan(
      image + "domain web { disk { image = base, size = 3MiB } }")
    let web = try #require(plan.set.declarations.last)
    let live = try #require(plan.live.domains["web"])
    #expect { _ = try plan.differences(domain: web, live: live, left: []) } throws: {
      ($0 as? Diagnostic)?.code.number == 509
    }
    let bare = try await fixture.plan("domain web { }")
    let removal = try #require(bare.set.declarations.last)
    let left = try DomainXML.revision(
      removal, context: bare.context(for: removal, uuid: live.uuid, hypervisor: "qemu"),
      definition: live.definition
    ).leftVolumes
    #expect { _ = try bare.differences(domain: removal, live: live, left: left) } throws: {
      ($0 as? Diagnostic)?.code.number == 509
    }
    #expect(plan.overlaidDomains == ["web"])
    let refusals = plan.volumes.refusals(toDelete: ["web"], of: plan.live.domains)
    #expect(refusals.map(\.code.number) == [510])
  }

  @Test func aDomainWithVolumesInAPoolThatIsOffIsNotDeleted() throws {
    let name = try StorageFixture.name("web", .disk("disk1"))
    let disk = """
      <disk type='file' device='disk'><source file='/off/\(name)'/><target dev='vda'/></disk>
      """
    let web = try RunFixture.liveDomain("web", devices: disk)
    func refusals(_ pools: [LiveStorage.Reading]) -> [Int] {
      let storage = LiveStorage(pools: pools, inactivePools: ["off"], domains: [web])
      return StackVolumes(stack: StorageFixture.stack, storage: storage)
        .refusals(toDelete: ["web"], of: ["web": web]).map(\.code.number)
    }
    #expect(refusals([.init(name: "default", path: "/pool", volumes: [])]) == [513])
    #expect(refusals([.init(name: "off", path: "/off", volumes: [])]) == [])
  }

  @Test func theFilesOfSnapshotsThatADeletionLeavesAreNamed() async throws {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(disk, capacity: 1 << 20)
    try fixture.add(domain: "web", [("vda", "/else/s2.qcow2")])
    let files = [
      ("/else/s1.qcow2", StorageFixture.path(disk)), ("/else/s2.qcow2", "/else/s1.qcow2"),
    ]
    .map { path, backing in
      VolumeInventory.Volume(name: path, path: path, backingPath: backing, format: "qcow2")
    }
    func left(_ domains: [LiveDomain]) -> [[String]] {
      let storage = LiveStorage(
        pools: [.init(name: "default", path: "/pool", volumes: fixture.volumes)],
        domains: domains, files: files)
      let byName = Dictionary(domains.map { ($0.name, $0) }) { first, _ in first }
      let volumes = StackVolumes(stack: StorageFixture.stack, storage: storage, domains: byName)
      return volumes.leftOverlays(after: ["web"], of: byName).map(\.paths)
    }
    #expect(left(fixture.domains) == [["/else/s1.qcow2", "/else/s2.qcow2"]])
    // What others use is theirs, and keeps all of them.
    try fixture.add(domain: "other", [("vda", "/else/s1.qcow2")])
    #expect(left(fixture.domains) == [])
  }

  @Test func whoeverWritesToABaseIsNotToRun() async throws {
    let fixture = try StorageFixture()
    try fixture.disk("a.raw")
    let plan = try await fixture.plan(
      """
      image blank { size = 1GiB }
      image content { source = "a.raw" }
      domain writer { disk { source = blank } }
      domain reader { cdrom { source = content }, disk { source = blank, readonly = true } }
      domain overlay { disk { image = blank }, disk { image = content } }
      """)
    #expect(plan.diagnostics.isEmpty)
    #expect(plan.overlaidDomains == ["writer"])
  }

  @Test func volumesWithoutADeclarationAreLeftOver() async throws {
    var fixture = try await host()
    fixture.domains = []
    fixture.add(try StorageFixture.name("x", .base(key: "k", nonce: "2")))
    fixture.add(try StorageFixture.name("y", .disk("disk1"), stack: "other"))
    let plan = try await fixture.plan("")
    #expect(plan.leftovers.domains == ["web"])
    #expect(plan.leftovers.images == ["base", "x"])
    #expect(try await fixture.plan("domain web { disk { size = 1GiB } }").leftovers.domains == [])
  }
}
