import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct PlannerTests {
  @Test func missingResourcesAreCreatedInTheOrderOfTheirDependencies() throws {
    let (plan, diagnostics) = try RunFixture.plan(
      """
      domain web { disk { image = image("base") }, nic { net = net("lan") } }
      clone web as copy
      net lan { mode = isolated }
      image base { size = 1MiB }
      """)
    #expect(diagnostics.isEmpty)
    #expect(plan.changes.map(\.name) == ["web", "copy", "lan", "base"])
    #expect(plan.changes.allSatisfy { $0.action == .create })
    #expect(plan.changes.map(\.dependencies) == [[2, 3], [0, 2, 3], [], []])
    #expect(plan.changes[1].source == "web")
  }

  @Test(arguments: [
    (["1a"], "1a", true), (["1a"], "2b", false), (nil, "2b", true), ([], "1a", false),
  ])
  func guestsWithoutAPortAreUnplugged(ports: [String]?, port: String, isPlugged: Bool) throws {
    let interface =
      "<interface><source network='lan' portid='\(port)' bridge='virbr1'/></interface>"
    let guest = try LiveDomain(
      name: "other", uuid: RunFixture.foreign, state: .running,
      xml: "<domain><name>other</name></domain>",
      running: "<domain><name>other</name><devices>\(interface)</devices></domain>")
    let network = try LiveNetwork(
      name: "lan", uuid: Identity.uuid(stack: RunFixture.stack, kind: .net, name: "lan"),
      isActive: true, xml: "<network><name>lan</name></network>", ports: ports.map(Set.init))
    let (plan, _) = try RunFixture.plan(
      "net lan { mode = isolated }", LiveState(domains: [guest], networks: [network]))
    #expect(plan.isEmpty == isPlugged)
    #expect(plan.changes.flatMap(\.properties).allSatisfy { $0.impact == .live })
  }

  @Test func aMachineThatTakesOverAnAddressWaitsUntilTheEarlierOneIsGone() throws {
    let mac = "52:54:00:00:00:01"
    let old = try RunFixture.liveDomain(
      "web", devices: "<interface><mac address='\(mac)'/></interface>")
    let lan = try RunFixture.liveNetwork(
      "lan",
      ip: "<ip address='10.0.0.1' prefix='24'><dhcp><host mac='\(mac)' ip='10.0.0.9'/></dhcp></ip>")
    func dependencies(_ nic: String) throws -> [Int]? {
      let (plan, _) = try RunFixture.plan(
        "net lan { subnet = 10.0.0.0/24 }\ndomain app { nic { net = lan, \(nic) } }",
        LiveState(domains: [old], networks: [lan]), prune: true)
      let deletion = try #require(plan.changes.first { $0.action == .delete })
      let app = try #require(plan.changes.first { $0.name == "app" })
      return app.dependencies.filter { $0 == deletion.id }
    }
    #expect(try dependencies("ip = 10.0.0.9")?.count == 1)
    #expect(try dependencies("mac = \"\(mac)\"")?.count == 1)
    #expect(try dependencies("ip = 10.0.0.10")?.count == 0)
  }

  @Test func matchingResourcesAreUnchanged() throws {
    let live = LiveState(
      domains: [try RunFixture.liveDomain("web")], networks: [try RunFixture.liveNetwork("lan")],
      images: ["base"])
    let (plan, diagnostics) = try RunFixture.plan(
      "image base { size = 1MiB }\nnet lan { mode = isolated }\ndomain web { }", live)
    #expect(plan.isEmpty && plan.undeclared.isEmpty && diagnostics.isEmpty)
  }

  @Test func anUpdateHasItsHardestImpact() throws {
    let live = LiveState(domains: [try RunFixture.liveDomain("web")])
    let (plan, _) = try RunFixture.plan("domain web { }", live) { _ in
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
    let live = LiveState(domains: [try RunFixture.liveDomain("web", uuid: RunFixture.foreign)])
    let (plan, diagnostics) = try RunFixture.plan("domain web { }", live, adopt: adopt)
    #expect(plan.changes.map(\.action) == (adopt ? [.update] : []))
    #expect(diagnostics.map(\.code.description) == (adopt ? [] : ["VM0501"]))
  }

  @Test(arguments: [false, true])
  func aForeignNetworkIsRefusedAlways(adopt: Bool) throws {
    let live = LiveState(networks: [try RunFixture.liveNetwork("lan", uuid: RunFixture.foreign)])
    let (plan, diagnostics) = try RunFixture.plan("net lan { mode = isolated }", live, adopt: adopt)
    #expect(plan.isEmpty)
    #expect(diagnostics.map(\.code.number) == [501])
  }

  @Test func aDomainOfAnInterruptedRunIsStarted() throws {
    let live = LiveState(
      domains: [try RunFixture.liveDomain("web", state: .stopped)],
      networks: [try RunFixture.liveNetwork("lan", isActive: false)])
    let (plan, _) = try RunFixture.plan(
      "net lan { mode = isolated }\ndomain web { nic { net = lan } }", live)
    #expect(plan.changes.map { $0.properties.map(\.name) } == [["state"], ["state"]])
    #expect(plan.changes.map(\.dependencies) == [[], [0]])
  }

  @Test func aDomainIsStoppedOnlyIfTheScriptSaysSo() throws {
    let live = LiveState(domains: [
      try RunFixture.liveDomain("base"), try RunFixture.liveDomain("web"),
    ])
    let cloned = try RunFixture.plan("domain base { }\nclone base as web", live)
    #expect(cloned.plan.isEmpty)
    let stopped = try RunFixture.plan(
      "domain base { state = stopped }\nclone base as web { state = running }", live)
    #expect(stopped.plan.changes.map(\.name) == ["base"])
  }

  @Test func aPausedDomainIsNotStarted() throws {
    let live = LiveState(domains: [try RunFixture.liveDomain("web", state: .paused)])
    #expect(try RunFixture.plan("domain web { }", live).plan.isEmpty)
  }

  @Test func aDomainWithOverlaysOnItIsNotStarted() throws {
    let live = LiveState(
      domains: [try RunFixture.liveDomain("web", state: .stopped)], overlaidDomains: ["web"])
    let (plan, diagnostics) = try RunFixture.plan("domain web { }", live)
    #expect(plan.isEmpty)
    #expect(diagnostics.map(\.code.number) == [506])
  }

  @Test func undeclaredResourcesAreListedAndPrunedInReverse() throws {
    let onLan = "<interface type='network'><source network='lan'/></interface>"
    let mark = """
      <vmscript:resource xmlns:vmscript='\(DomainMetadata.namespace)' stack='lab' name='copy' \
      source='web'/>
      """
    let live = LiveState(
      domains: [
        try RunFixture.liveDomain("web", state: .stopped, devices: onLan),
        try RunFixture.liveDomain("copy", metadata: mark),
        try RunFixture.liveDomain("other", uuid: RunFixture.foreign),
      ],
      networks: [
        try RunFixture.liveNetwork("lan"),
        try RunFixture.liveNetwork("default", uuid: RunFixture.foreign),
      ])
    let kept = try RunFixture.plan("", live).plan
    #expect(kept.isEmpty)
    #expect(kept.undeclared.map(\.name) == ["copy", "web", "lan"])
    let pruned = try RunFixture.plan("", live, prune: true).plan
    #expect(pruned.changes.map(\.action) == [.delete, .delete, .delete])
    #expect(pruned.changes.map(\.dependencies) == [[], [0], [1]])
    #expect(pruned.changes.map(\.risk) == [.losesData, .losesData, .deletes])
  }

  @Test func aDeletionLosesDataOnlyWhereThereIsSome() throws {
    var live = LiveState(domains: [try RunFixture.liveDomain("web", state: .stopped)])
    live.datalessDomains = ["web"]
    let pruned = try RunFixture.plan("", live, prune: true).plan
    #expect(pruned.changes.map(\.impact) == [.none])
    #expect(pruned.changes.map(\.risk) == [.deletes])
    #expect(pruned.needsConsent)
    let refusal = HostMessages.refused(pruned.changes)
    #expect(refusal.notes == ["the domain `web` would be deleted", "nothing was changed"])
  }

  @Test(arguments: [LiveDomain.State.running, .paused, .stopped])
  func onlyGuestsThatRunAreUnplugged(state: LiveDomain.State) throws {
    let live = LiveState(
      domains: [
        try RunFixture.liveDomain(
          "other", uuid: RunFixture.foreign, state: state,
          devices: "<interface type='network'><source network='lan'/></interface>")
      ], networks: [try RunFixture.liveNetwork("lan")])
    let subnet = PropertyDifference(name: "subnet", from: nil, to: .int(1), impact: .restart)
    let changed = try RunFixture.plan("net lan { mode = isolated }", live) { _ in [subnet] }.plan
    #expect(changed.changes.map(\.risk) == [state == .stopped ? nil : .unplugsGuests])
    let deleted = try RunFixture.plan("", live, prune: true).plan
    #expect(deleted.changes.map(\.risk) == [state == .stopped ? .deletes : .unplugsGuests])
  }

  @Test func aNetworkWaitsForThePrunedOneWhoseAddressesItTakes() throws {
    let live = LiveState(networks: [
      try RunFixture.liveNetwork("old", ip: "<ip address='10.0.0.1' prefix='24'/>")
    ])
    let declared = "net new { subnet = 10.0.0.0/24 }"
    let (plan, diagnostics) = try RunFixture.plan(declared, live, prune: true)
    #expect(diagnostics.isEmpty)
    #expect(plan.changes.map(\.dependencies) == [[1], []])
    #expect(try RunFixture.plan(declared, live).diagnostics.map(\.code.number) == [503])
  }

  @Test func aComparisonThatFailsIsReportedAndTheOthersGoOn() throws {
    let live = LiveState(domains: [try RunFixture.liveDomain("bad")])
    let (plan, diagnostics) = try RunFixture.plan("domain bad { }\ndomain new { }", live) {
      _ throws(Diagnostic) in throw Diagnostic(code: DiagnosticCode(599), "cannot compare")
    }
    #expect(plan.changes.map(\.name) == ["new"])
    #expect(diagnostics.map(\.code.number) == [599])
  }

  // MARK: Identity

  private func renamed(saved: Bool, running: Bool = false) throws -> LiveState {
    let uuid = Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "web")
    let xml = """
      <domain><name>other</name><metadata><v:resource xmlns:v='\(DomainMetadata.namespace)' \
      stack='\(RunFixture.stack)' name='web'/></metadata></domain>
      """
    let domain = try LiveDomain(
      name: "other", uuid: uuid, state: running ? .running : .stopped, xml: xml,
      running: running ? xml : nil, hasSavedState: saved)
    return LiveState(domains: [domain]).seen(by: Ownership(stack: RunFixture.stack))
  }

  @Test func aSavedDomainIsNotRenamedHalfWayThrough() throws {
    let declared = "domain web { state = stopped }"
    for (saved, running, codes) in [(true, false, [521]), (false, false, []), (false, true, [])] {
      let found = try RunFixture.plan(declared, renamed(saved: saved, running: running))
      #expect(found.diagnostics.map(\.code.number) == codes)
      #expect(found.plan.changes.isEmpty != codes.isEmpty)
    }
    let (_, diagnostics) = try RunFixture.plan(declared, renamed(saved: true))
    #expect(
      diagnostics.first?.helps.map(\.text).joined().contains("managedsave-remove other") == true)
  }

  @Test func anotherUUIDIsAnotherMachine() throws {
    let own = Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "web")
    for (uuid, codes) in [(own, []), (own.uppercased(), []), (RunFixture.foreign, [520])] {
      let live = LiveState(domains: [try RunFixture.liveDomain("web")])
      let (_, diagnostics) = try RunFixture.plan("domain web { uuid = \"\(uuid)\" }", live)
      #expect(diagnostics.map(\.code.number) == codes)
    }
  }
}

/// The order of changes.
@Suite struct ChangeOrderTests {
  /// Whether every change can be begun at some time.
  private func isAcyclic(_ plan: Plan) -> Bool {
    var open = plan.changes
    while !open.isEmpty {
      let waiting = Set(open.map(\.id))
      let ready = open.filter { waiting.isDisjoint(with: $0.dependencies) }
      guard !ready.isEmpty else { return false }
      open.removeAll { ready.map(\.id).contains($0.id) }
    }
    return true
  }

  /// Networks are renamed and swap their subnets while machines are on them, machines are renamed and
  /// swap their addresses, some come and some go.
  @Test(arguments: 0..<200)
  func noChangeWaitsForItself(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let subnets = (0..<3).map { "10.0.\($0)" }
    func network(_ name: String, _ subnet: String) throws -> LiveNetwork {
      try RunFixture.liveNetwork(name, ip: "<ip address='\(subnet).1' prefix='24'/>")
    }
    let oldNames = ["n0", "n1", "n2"]
    let networks = try zip(oldNames, subnets.shuffled(using: &random)).map(network)
    let domains = try (0..<5).map { number in
      let net = Int.random(in: 0..<3, using: &random)
      return try RunFixture.liveDomain(
        "d\(number)",
        devices: """
          <interface type='network'><mac address='52:54:00:00:00:0\(number)'/>
          <source network='\(oldNames[net])'/></interface>
          """)
    }
    let newNames = ["n0", "n1", "n2", "m0", "m1", "m2"].shuffled(using: &random).prefix(3)
    var lines = zip(newNames, subnets.shuffled(using: &random)).map { name, subnet in
      "net \(name) { subnet = \(subnet).0/24 }"
    }
    let macs = (0..<7).shuffled(using: &random)
    for (number, mac) in macs.enumerated() where Bool.random(using: &random) {
      let net = newNames.randomElement(using: &random) ?? "n0"
      let declared = Bool.random(using: &random) ? ", mac = \"52:54:00:00:00:0\(mac)\"" : ""
      lines.append("domain d\(number) { nic { net = \(net)\(declared) } }")
    }
    let (plan, _) = try RunFixture.plan(
      lines.joined(separator: "\n"), LiveState(domains: domains, networks: networks), prune: true
    ) { _ in
      [PropertyDifference(name: "x", from: .int(0), to: .int(1), impact: .live)]
    }
    #expect(isAcyclic(plan), "\(lines)\n\(plan.changes)")
  }

  @Test func aChangeWaitsForTheDeletionOfConflictingObjects() throws {
    let old = try RunFixture.liveNetwork("old", ip: "<ip address='10.0.0.1' prefix='24'/>")
    let other = try RunFixture.liveNetwork("other", ip: "<ip address='10.9.0.1' prefix='24'/>")
    let guest = try RunFixture.liveDomain(
      "guest", devices: "<interface><source network='old'/></interface>")
    let idle = try RunFixture.liveDomain("idle")
    let plan = try RunFixture.plan(
      "net new { subnet = 10.0.0.0/24 }",
      LiveState(domains: [guest, idle], networks: [old, other]), prune: true
    ).plan
    #expect(
      plan.deletionsInTheWay == [
        ResourceKey(kind: .net, name: "old"), ResourceKey(kind: .domain, name: "guest"),
      ])
  }
}

@Suite struct PlanDocumentTests {
  @Test func thePlanIsTheDocumentThatPlanJSONPrints() {
    var sources = SourceMap()
    let text = "# é\n\n  domain web { }\n"
    let source = sources.add(SourceText(name: "lab.vmscript", text: text))
    let span = Span(source: source, start: 8, length: 10)
    var change = Change(
      id: 0, action: .update, kind: .domain, name: "web", impact: .nextStart,
      properties: [
        PropertyDifference(
          block: "nic 1", name: "mtu", from: nil, to: .int(1400), impact: .nextStart)
      ], span: span)
    change.result = .skipped(because: "lan")
    let plan = Plan(
      stack: "lab", changes: [change],
      verbs: [VerbRecord(action: "start", targets: ["web-*"], span: span)],
      undeclared: [ResourceReference(kind: .net, name: "old", isDeclared: false)],
      pending: [
        PendingRestart(
          resource: ResourceReference(kind: .domain, name: "web", isDeclared: true),
          properties: [
            PropertyDifference(name: "cpus", from: .int(1), to: .int(2), impact: .nextStart)
          ])
      ])
    #expect(
      plan.document(sources: sources).json(indentation: nil) == """
        {"stack": "lab", "changes": [{"action": "update", "kind": "domain", "name": "web", \
        "impact": "next-start", "properties": [{"name": "nic 1 mtu", "from": null, "to": 1400}], \
        "location": "lab.vmscript:3:3", "result": "skipped"}], "verbs": [{"action": "start", \
        "targets": ["web-*"], "location": "lab.vmscript:3:3"}], "undeclared": [{"kind": "net", \
        "name": "old"}], "pending": [{"kind": "domain", "name": "web", "properties": [{"name": \
        "cpus", "from": 1, "to": 2}]}]}
        """)
  }
}
