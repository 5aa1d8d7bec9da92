import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptRuntime

@Suite struct PlannerTests {
  @Test func whatIsMissingIsCreatedAlongItsDependencies() {
    let disk = Fixture.block("disk", [("image", .resource([.image]), .string("base"))])
    let (plan, diagnostics) = Fixture.plan([
      Fixture.domain("clone", source: .declared("web")),
      Fixture.domain("web", blocks: [disk, Fixture.nic(net: "lan")]),
      Fixture.net("lan"), Fixture.image("base"),
    ])
    #expect(diagnostics.isEmpty)
    #expect(plan.changes.map(\.name) == ["clone", "web", "lan", "base"])
    #expect(plan.changes.allSatisfy { $0.action == .create })
    #expect(plan.changes.map(\.dependencies) == [[1], [2, 3], [], []])
    #expect(plan.changes[0].source == "web")
  }

  @Test func whatIsAsDeclaredIsLeftAlone() throws {
    let live = LiveState(
      domains: [try Fixture.liveDomain("web")], networks: [try Fixture.liveNetwork("lan")],
      images: ["base"])
    let (plan, diagnostics) = Fixture.plan(
      [Fixture.image("base"), Fixture.net("lan"), Fixture.domain("web")], live)
    #expect(plan.isEmpty && plan.undeclared.isEmpty && diagnostics.isEmpty)
  }

  @Test func anUpdateHasItsHardestImpact() throws {
    let live = LiveState(domains: [try Fixture.liveDomain("web")])
    let (plan, _) = Fixture.plan([Fixture.domain("web")], live) { _, _ in
      [
        PropertyDifference(name: "memory", from: .int(1), to: .int(2), impact: .nextStart),
        PropertyDifference(name: "title", from: nil, to: .string("x"), impact: .live),
      ]
    }
    #expect(plan.changes.map(\.action) == [.update])
    #expect(plan.changes.first?.impact == .nextStart)
    #expect(plan.changesThatNeedConsent.isEmpty)
  }

  @Test(arguments: [false, true])
  func aForeignDomainIsRefusedUnlessAdopted(adopt: Bool) throws {
    let live = LiveState(domains: [try Fixture.liveDomain("web", uuid: Fixture.foreign)])
    let (plan, diagnostics) = Fixture.plan([Fixture.domain("web")], live, adopt: adopt)
    #expect(plan.changes.map(\.action) == (adopt ? [.update] : []))
    #expect(diagnostics.map(\.code.description) == (adopt ? [] : ["VM0501"]))
  }

  @Test(arguments: [false, true])
  func aForeignNetworkIsRefusedAlways(adopt: Bool) throws {
    let live = LiveState(networks: [try Fixture.liveNetwork("lan", uuid: Fixture.foreign)])
    let (plan, diagnostics) = Fixture.plan([Fixture.net("lan")], live, adopt: adopt)
    #expect(plan.isEmpty)
    #expect(diagnostics.map(\.code.number) == [501])
  }

  @Test func whatWasInterruptedBeforeItsStartIsStarted() throws {
    let live = LiveState(
      domains: [try Fixture.liveDomain("web", state: .stopped)],
      networks: [try Fixture.liveNetwork("lan", isActive: false)])
    let (plan, _) = Fixture.plan(
      [Fixture.net("lan"), Fixture.domain("web", blocks: [Fixture.nic(net: "lan")])], live)
    #expect(plan.changes.map { $0.properties.map(\.name) } == [["state"], ["state"]])
    #expect(plan.changes.map(\.dependencies) == [[], [0]])
  }

  @Test func aDomainIsStoppedOnlyIfTheScriptSaysSo() throws {
    let live = LiveState(domains: [try Fixture.liveDomain("base"), try Fixture.liveDomain("web")])
    let clone = Fixture.domain("web", source: .declared("base"))
    #expect(Fixture.plan([Fixture.domain("base"), clone], live).plan.isEmpty)
    let stopped = Fixture.plan([Fixture.domain("base", state: "stopped"), clone], live).plan
    #expect(stopped.changes.map(\.name) == ["base"])
  }

  @Test func aPausedDomainIsNotStarted() throws {
    let live = LiveState(domains: [try Fixture.liveDomain("web", state: .paused)])
    #expect(Fixture.plan([Fixture.domain("web")], live).plan.isEmpty)
  }

  @Test func aDomainWithOverlaysOnItIsNotStarted() throws {
    let live = LiveState(
      domains: [try Fixture.liveDomain("web", state: .stopped)], overlaidDomains: ["web"])
    let (plan, diagnostics) = Fixture.plan([Fixture.domain("web")], live)
    #expect(plan.isEmpty)
    #expect(diagnostics.map(\.code.number) == [506])
  }

  @Test func whatIsNoLongerDeclaredIsListedAndPrunedInReverse() throws {
    let onLan = "<interface type='network'><source network='lan'/></interface>"
    let mark = """
      <vmscript:resource xmlns:vmscript='\(DomainFacts.namespace)' stack='lab' name='copy' \
      source='web'/>
      """
    let live = LiveState(
      domains: [
        try Fixture.liveDomain("web", state: .stopped, devices: onLan),
        try Fixture.liveDomain("copy", metadata: mark),
        try Fixture.liveDomain("other", uuid: Fixture.foreign),
      ],
      networks: [
        try Fixture.liveNetwork("lan"), try Fixture.liveNetwork("default", uuid: Fixture.foreign),
      ])
    let kept = Fixture.plan([], live).plan
    #expect(kept.isEmpty)
    #expect(kept.undeclared.map(\.name) == ["copy", "web", "lan"])
    let pruned = Fixture.plan([], live, prune: true).plan
    #expect(pruned.changes.map(\.action) == [.delete, .delete, .delete])
    #expect(pruned.changes.map(\.dependencies) == [[], [0], [1]])
    #expect(pruned.changesThatNeedConsent.count == 3)
  }

  @Test func aNetworkWaitsForThePrunedOneWhoseAddressesItTakes() throws {
    let live = LiveState(networks: [
      try Fixture.liveNetwork("old", ip: "<ip address='10.0.0.1' prefix='24'/>")
    ])
    let declared = [Fixture.net("new", subnet: "10.0.0.0/24")]
    let (plan, diagnostics) = Fixture.plan(declared, live, prune: true)
    #expect(diagnostics.isEmpty)
    #expect(plan.changes.map(\.dependencies) == [[1], []])
    #expect(Fixture.plan(declared, live).diagnostics.map(\.code.number) == [503])
  }

  @Test func aComparisonThatFailsIsReportedAndTheOthersGoOn() throws {
    let live = LiveState(domains: [try Fixture.liveDomain("bad")])
    let (plan, diagnostics) = Fixture.plan([Fixture.domain("bad"), Fixture.domain("new")], live) {
      _, _ throws(Diagnostic) in throw Diagnostic(code: 599, "cannot compare")
    }
    #expect(plan.changes.map(\.name) == ["new"])
    #expect(diagnostics.map(\.code.number) == [599])
  }
}
