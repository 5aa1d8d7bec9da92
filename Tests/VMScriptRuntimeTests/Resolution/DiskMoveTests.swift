import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A disk goes from one domain to another with its volume.
@Suite struct DiskMoveTests {
  /// `a` has the disk `data`; `b` has none.
  private func host(format: String = "qcow2") throws -> (fixture: StorageFixture, path: String) {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("a", .disk("data"), format)
    fixture.add(disk, capacity: 1 << 30, format: format)
    try fixture.add(domain: "a", [("vda", disk)], format: format, keys: ["data"])
    try fixture.add(domain: "b", [])
    return (fixture, StorageFixture.path(disk))
  }

  private func drive(_ domain: String, _ plan: StoragePlan) throws -> OwnVolume {
    try #require(plan.domains[domain]?.drives.first?.own)
  }

  /// The differences of a domain's definition, as `path (impact)`.
  private func differences(_ domain: String, _ plan: StoragePlan) throws -> [String] {
    let declaration = try #require(plan.set.declaration(.domain, domain))
    let live = try #require(plan.live.domains[domain])
    return try DomainXML.differences(
      declaration, context: plan.context(for: declaration, uuid: live.uuid, hypervisor: "qemu"),
      live: live.definition.text
    ).map { "\($0.path) (\($0.impact.rawValue))" }
  }

  @Test func aMovedDiskIsShownAsMoved() async throws {
    let (fixture, _) = try host()
    let plan = try await fixture.plan("domain a { }\ndomain b { disk data { moved_from = a } }")
    let declaration = try #require(plan.set.declaration(.domain, "b"))
    let live = try #require(plan.live.domains["b"])
    let found = try DomainXML.differences(
      declaration, context: plan.context(for: declaration, uuid: live.uuid, hypervisor: "qemu"),
      live: live.definition.text)
    #expect(found.map(\.to?.description) == ["moved from a"])
  }

  @Test(arguments: ["qcow2", "raw"])
  func aMovedDiskIsTheVolumeThatItWas(format: String) async throws {
    let (fixture, path) = try host(format: format)
    for script in [
      "domain a { }\ndomain b { disk data { moved_from = a } }",
      "domain a { }\ndomain b { disk data { moved_from = \"a\", size = 2GiB } }",
      "domain a { }\ndomain b { disk other { moved_from = a, moved_disk = \"data\" } }",
      "domain a { disk other { moved_from = \"a\", moved_disk = \"data\" } }",
    ] {
      let plan = try await fixture.plan(script)
      #expect(plan.diagnostics.isEmpty, "\(script): \(plan.diagnostics)")
      let own = try drive(script.contains("domain b") ? "b" : "a", plan)
      #expect(own.path == path && own.format.rawValue == format, "\(script)")
    }
    let plan = try await fixture.plan("domain a { }\ndomain b { disk data { moved_from = a } }")
    #expect(try differences("a", plan) == ["disk data device (next-start)"])
    #expect(try differences("b", plan) == ["disk data device (next-start)"])
    #expect(plan.leftovers.domains == [])
    #expect(plan.warnings().isEmpty)
  }

  @Test func aDiskThatIsNamedByItsPathStaysToo() async throws {
    let (fixture, path) = try host()
    let plan = try await fixture.plan("domain a { }\ndomain b { disk { source = \"\(path)\" } }")
    #expect(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    #expect(try differences("a", plan) == ["disk data device (next-start)"])
    #expect(plan.warnings().map(\.code.number) == [662])
    // Without a reference, it is deleted.
    let bare = try await fixture.plan("domain a { }\ndomain b { }")
    #expect(try differences("a", bare) == ["disk data device (data-loss)"])
  }

  @Test func theOneWhoTakesItWaitsForTheOneWhoLetsGo() async throws {
    let (fixture, path) = try host()
    func change(_ id: Int, _ name: String, _ action: Change.Action, _ needs: [Int] = []) -> Change {
      Change(id: id, action: action, kind: .domain, name: name, dependencies: needs)
    }
    for disk in ["disk data { moved_from = \"a\" }", "disk { source = \"\(path)\" }"] {
      let plan = try await fixture.plan("domain b { \(disk) }\ndomain a { }")
      let ordered = plan.afterMoves([change(0, "b", .update), change(1, "a", .update)])
      #expect(ordered.map(\.dependencies) == [[1], []])
      let deleted = plan.afterMoves([change(0, "b", .update), change(1, "a", .delete)])
      #expect(deleted.map(\.dependencies) == [[1], []])
      // A ring would never end.
      let ring = plan.afterMoves([change(0, "b", .update), change(1, "a", .update, [0])])
      #expect(ring.map(\.dependencies) == [[], [0]])
    }
  }

  @Test func aDiskThatItsDomainStillDeclaresIsNotMoved() async throws {
    let (fixture, _) = try host()
    let plan = try await fixture.plan("domain b { disk data { moved_from = \"a\" } }")
    #expect(plan.obstaclesToMoves([]).map(\.code.number) == [667])
    let deletion = Change(id: 0, action: .delete, kind: .domain, name: "a")
    #expect(plan.obstaclesToMoves([deletion]).isEmpty)
    #expect(plan.declaredUsers(of: try drive("b", plan).path) == ["b"])
  }

  @Test func whereThereIsNoneTheDiskIsNew() async throws {
    let fixture = try StorageFixture()
    let plan = try await fixture.plan("domain b { disk data { moved_from = \"a\", size = 1GiB } }")
    #expect(plan.diagnostics.isEmpty)
    let expected = StorageFixture.path(try StorageFixture.name("b", .disk("data")))
    #expect(try drive("b", plan).path == expected)
    #expect(try await fixture.errors("domain b { disk data { moved_from = \"a\" } }") == [618])
  }

  @Test func aMoveThatWasCutShortIsFinished() async throws {
    var (fixture, path) = try host()
    fixture.domains = []
    try fixture.add(domain: "a", [])
    let plan = try await fixture.plan("domain a { }\ndomain b { disk data { moved_from = a } }")
    #expect(try drive("b", plan).path == path)
    #expect(plan.leftovers.domains == [])
    let gone = try await fixture.plan("domain b { disk data { moved_from = \"a\" } }")
    #expect(gone.leftovers.domains == [])
  }

  @Test func itBelongsToTheOneWhoHasIt() async throws {
    var (fixture, path) = try host()
    fixture.domains = []
    try fixture.add(domain: "a", [])
    let file = try #require(path.split(separator: "/").last.map(String.init))
    try fixture.add(domain: "b", [("vda", file)], keys: ["data"])
    for properties in ["moved_from = a", "size = 1GiB", "moved_from = a, size = 1GiB"] {
      let plan = try await fixture.plan("domain a { }\ndomain b { disk data { \(properties) } }")
      #expect(plan.diagnostics.isEmpty)
      #expect(try drive("b", plan).path == path)
      #expect(try differences("a", plan) == [] && differences("b", plan) == [])
      #expect(plan.volumes.volumes(ofDomain: "a").isEmpty)
      #expect(plan.volumes.volumes(ofDomain: "b").map(\.volume.path) == [path])
    }
    // A new disk of the first one does not take it back.
    let plan = try await fixture.plan(
      "domain a { disk data { size = 1GiB } }\ndomain b { disk data { size = 1GiB } }")
    #expect(try drive("a", plan).path != path)
    // Dropped, it is removed with its new owner.
    let dropped = try await fixture.plan("domain b { }")
    #expect(try differences("b", dropped) == ["disk data device (data-loss)"])
  }

  @Test func anOverlayKeepsItsImage() async throws {
    var fixture = try StorageFixture()
    fixture.add("golden.qcow2", capacity: 1 << 30)
    let disk = try StorageFixture.name("a", .disk("root"))
    fixture.add(disk, on: "golden.qcow2", capacity: 1 << 30)
    try fixture.add(domain: "a", [])
    try fixture.add(domain: "b", [("vda", disk)], keys: ["root"])
    let script = "domain b { disk root { image = image(\"golden.qcow2\") } }"
    #expect(try await fixture.differences(script, of: "b") == [])
    #expect(try differences("b", try await fixture.plan(script)) == [])
  }

  @Test func noThirdDomainsDiskIsMoved() async throws {
    var (fixture, path) = try host()
    let file = try #require(path.split(separator: "/").last.map(String.init))
    try fixture.add(domain: "c", [("vda", file)])
    #expect(
      try await fixture.errors("domain a { }\ndomain b { disk data { moved_from = a } }") == [617])
    #expect(
      try await host().fixture.errors(
        "domain a { }\ndomain b { disk data { moved_from = a, size = 1MiB } }") == [621])
  }
}
