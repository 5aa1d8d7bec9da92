import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A volume that cannot be read is neither equal nor different: it keeps what it may concern from being
/// replaced, grown, started or deleted, and is named.
@Suite struct UnreadableVolumeTests {
  /// A host on which `gold` and `other`'s `work` exist; `unreadable` names volumes that cannot be read.
  private func host(unreadable: Set<String> = []) throws -> StorageFixture {
    var fixture = try StorageFixture()
    let gold = try StorageFixture.name("gold", .disk("disk1"))
    let work = try StorageFixture.name("work", .disk("vda"), stack: "other")
    fixture.add(gold, capacity: 1 << 20)
    fixture.add(work, on: gold, capacity: 1 << 20)
    try fixture.add(domain: "gold", [("vda", gold)])
    fixture.volumes = fixture.volumes.map { volume in
      guard let owner = volume.owned?.ownerName, unreadable.contains(owner) else { return volume }
      return .init(name: volume.name, path: volume.path, unreadable: "Too many open files")
    }
    return fixture
  }

  private func codes(
    _ fixture: StorageFixture, _ script: String, of domain: String
  ) async throws -> [Int] {
    let plan = try await fixture.plan(script)
    let declaration = try #require(plan.set.declarations.first { $0.name == domain })
    let live = try #require(plan.live.domains[domain])
    do throws(Diagnostic) {
      let found = try plan.differences(domain: declaration, live: live, left: [])
      #expect(found.isEmpty, "\(found.map(\.path))")
      return plan.diagnostics.map(\.code.number)
    } catch { return [error.code.number] }
  }

  @Test func aBaseStaysUnderAnOverlayThatCannotBeRead() async throws {
    for unreadable in [[], ["work"]] as [Set<String>] {
      let plan = try await host(unreadable: unreadable).plan("")
      let refusals = plan.volumes.refusals(toDelete: ["gold"], of: plan.live.domains)
      #expect(refusals.map(\.code.number) == [unreadable.isEmpty ? 510 : 646])
    }
    let plan = try await host(unreadable: ["work"]).plan("")
    let refusal = try #require(
      plan.volumes.refusals(toDelete: ["gold"], of: plan.live.domains).first)
    let named = refusal.notes.joined()
    #expect(named.contains("other.work.vda") && named.contains("Too many open files"))
  }

  @Test func volumesThatAreDeletedTogetherAreNotKept() async throws {
    let plan = try await host(unreadable: ["gold"]).plan("")
    // The stack's own disk is unreadable, and cannot back onto its own overlay.
    #expect(
      plan.volumes.refusals(toDelete: ["gold"], of: plan.live.domains).map(\.code.number) == [510])
    var alone = try host(unreadable: ["gold"])
    alone.volumes.removeLast()
    let lonely = try await alone.plan("")
    #expect(lonely.volumes.refusals(toDelete: ["gold"], of: lonely.live.domains).isEmpty)
  }

  @Test func aBaseIsNotStartedUnderAnOverlayThatCannotBeRead() async throws {
    let plan = try await host(unreadable: ["work"]).plan(
      "domain gold { disk { size = 1MiB } }")
    #expect(plan.possiblyOverlaidDomains.keys.sorted() == ["gold"])
    var live = plan.live
    live.possiblyOverlaidDomains = plan.possiblyOverlaidDomains
    let found = Planner(plan.set, live: live) { _ in Revision() }.plan()
    #expect(found.diagnostics.map(\.code.number) == [646])
    #expect(found.plan.isEmpty)
  }

  @Test func aDiskIsNotGrownUnderAnOverlayThatCannotBeRead() async throws {
    let fixture = try host(unreadable: ["work"])
    let script = "domain gold { state = stopped, disk { size = 2MiB } }"
    #expect(try await codes(fixture, script, of: "gold") == [646])
  }

  @Test(arguments: [
    "disk { size = 1MiB }", "disk { size = 2MiB }", "disk { size = 1MiB, format = qcow2 }",
    "disk { image = blank }",
  ])
  func aDiskThatCannotBeReadHasNoDifference(disk: String) async throws {
    var fixture = try host(unreadable: ["gold"])
    fixture.volumes.removeLast()
    let script = "image blank { size = 1MiB }\ndomain gold { state = stopped, \(disk) }"
    #expect(try await codes(fixture, script, of: "gold") == [645])
  }

  @Test func theContentThatADiskMayStandOnIsNotLetGoOf() async throws {
    let plan = try await host(unreadable: ["gold"]).plan("")
    #expect(throws: StorageFailure.self) { try plan.keysInUse() }
  }

  @Test func anUnreadableImageIsNotRaw() async throws {
    var fixture = try StorageFixture()
    fixture.volumes = [.init(name: "a.qcow2", path: "/pool/a.qcow2", unreadable: "I/O error")]
    #expect(try await fixture.errors(#"image a { source = "volume:default/a.qcow2" }"#) == [645])
    #expect(try await fixture.errors(#"domain d { disk { source = "/pool/a.qcow2" } }"#) == [645])
    #expect(try await fixture.errors(#"domain d { disk { image = image("a.qcow2") } }"#) == [645])
  }

  @Test func recordsSeedsAndUploadsKeepNothing() throws {
    let base = try StorageFixture.name("i", .base(key: "k", nonce: "1"))
    let others = try [
      StorageFixture.name("i", .pin(key: "x", nonce: "2"), "pin"),
      StorageFixture.name("web", .seed(content: "s"), "iso"),
      StorageFixture.name("i", .base(key: "x", nonce: "2")),
    ]
    func refusal(_ unreadable: String) -> VolumeInventory.Refusal? {
      VolumeInventory(volumes: [
        .init(name: base, path: "/pool/\(base)", format: "qcow2"),
        .init(name: unreadable, path: "/pool/\(unreadable)", unreadable: "I/O error"),
      ]).refusalToRemove(base)
    }
    for other in others { #expect(refusal(other) == nil) }
    #expect(refusal("anything") == .mayHaveOverlays(["/pool/anything"]))
  }

  @Test func anotherDomainsUseOfADiskKeepsIt() async throws {
    var fixture = try host()
    fixture.volumes.removeLast()
    fixture.domains.append(
      try RunFixture.liveDomain(
        "taker", uuid: RunFixture.foreign,
        devices: """
          <disk type='file' device='disk'><source file='\(fixture.volumes[0].path)'/>\
          <target dev='vdb'/></disk>
          """))
    let plan = try await fixture.plan("")
    #expect(
      plan.volumes.refusals(toDelete: ["gold"], of: plan.live.domains).map(\.code.number) == [648])
  }

  @Test func theReasonToKeepTheContentOfAnImageIsReported() async throws {
    var fixture = try StorageFixture()
    let base = try StorageFixture.name("i", .base(key: "k", nonce: "1"))
    fixture.add(base)
    fixture.add(try StorageFixture.name("i", .pin(key: "k", nonce: "1"), "pin"))
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(disk, on: base)
    try fixture.add(domain: "web", [("vda", disk)])
    var plan = try await fixture.plan("")
    #expect(plan.reasonToKeep(image: "i", deleting: ["web"]) == nil)
    #expect(plan.reasonToKeep(image: "i", deleting: [])?.contains("`web` uses it") == true)
    fixture.add(try StorageFixture.name("j", .pin(key: "k", nonce: "1"), "pin", stack: "other"))
    plan = try await fixture.plan("")
    #expect(
      plan.reasonToKeep(image: "i", deleting: ["web"]) == "the stack `other` uses it")
  }
}
