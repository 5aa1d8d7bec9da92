import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// An object whose document cannot be read is unknown for itself alone.
@Suite struct UnreadableObjectTests {
  static let reason = "line 1: `<` must be escaped"

  private func unreadable(
    _ kind: UnreadableObject.Kind = .domain, _ name: String = "odd", _ documents: [String]? = nil,
    uuid: String = RunFixture.foreign
  ) -> UnreadableObject {
    UnreadableObject(
      kind: kind, name: name, uuid: uuid, reason: Self.reason, documents: documents)
  }

  @Test func theTestDriverGivesSomeThatIsNoXML() async throws {
    let (domain, net) = (TestHost.name("odd"), TestHost.name("oddnet"))
    try await TestHost.pool.run { connection in
      _ = try connection.defineDomain(
        xml: """
          <domain type='test'><name>\(domain)</name><memory unit='KiB'>131072</memory>
          <os><type>hvm</type></os><devices>
          <disk type='file'><source file='/pool/a&amp;b.qcow2'/><target dev='hda'/></disk>
          <interface type='network'><mac address='52:54:00:0d:0d:0d'/><source network='default'/>
          <filterref filter='a&lt;b&apos;c'/></interface></devices></domain>
          """)
      _ = try connection.defineNetwork(
        xml: "<network><name>\(net)</name><domain name='a&lt;b'/></network>")
    }
    let state = try await LiveReader(pool: TestHost.pool).read()
    #expect(state.domains["test"] != nil && state.networks["default"] != nil)
    let found = try #require(state.unreadable.first { $0.name == domain })
    #expect(found.kind == .domain && found.reason.contains("must be escaped"))
    #expect(found.paths == ["/pool/a&amp;b.qcow2", "/pool/a&b.qcow2"])
    #expect(found.values?.contains("52:54:00:0d:0d:0d") == true)
    #expect(state.unreadable.contains { $0.name == net && $0.kind == .network })
    #expect(state.storage.domains(using: "/pool/a&b.qcow2") == [domain])
    // What is gone is not unreadable.
    try await TestHost.pool.run { connection in
      let listed = try connection.domains().filter { $0.name == domain }
      try connection.domain(named: domain)?.undefine()
      try connection.network(named: net)?.undefine()
      let again = try LiveReader.read(listed)
      #expect(again.known.isEmpty && again.unreadable.isEmpty)
    }
  }

  private func host(_ objects: [UnreadableObject]) throws -> StorageFixture {
    var fixture = try StorageFixture()
    fixture.unreadable = objects
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(disk, capacity: 1 << 20)
    try fixture.add(domain: "web", [("vda", disk)], keys: ["disk1"])
    return fixture
  }

  private static func document(_ path: String) -> [String] {
    ["<domain><name>odd</name><filterref filter='a<b'/><source file='\(path)'/></domain>"]
  }

  @Test func onlyVolumesThatItMayUseAreKept() async throws {
    let own = StorageFixture.path(try StorageFixture.name("web", .disk("disk1")))
    for (documents, isKept) in [
      (nil, true), (Self.document(own), true), (Self.document("/elsewhere/x.qcow2"), false),
    ] as [([String]?, Bool)] {
      let fixture = try host([unreadable(.domain, "odd", documents)])
      let plan = try await fixture.plan("")
      let refusals = plan.volumes.refusals(toDelete: ["web"], of: plan.live.domains)
      #expect(refusals.isEmpty != isKept, "\(refusals)")
      let text = refusals.flatMap { [$0.message] + $0.notes }.joined()
      #expect(!isKept || text.contains("odd") && text.contains(Self.reason), "\(text)")

      let grown = try await fixture.plan("domain web { state = stopped, disk { size = 2MiB } }")
      let declaration = try #require(grown.set.declaration(.domain, "web"))
      let live = try #require(grown.live.domains["web"])
      if isKept {
        let error = #expect(throws: Diagnostic.self) {
          try grown.differences(domain: declaration, live: live, left: [])
        }
        #expect(error?.notes.joined().contains("odd") == true)
      } else {
        #expect(
          try grown.differences(domain: declaration, live: live, left: []).map(\.path) == [
            "disk 1 size"
          ])
      }
    }
  }

  @Test func aPoolOrADomainWithoutADocumentMayHoldOverlaysOnAnything() async throws {
    for kind in [UnreadableObject.Kind.pool, .domain] {
      let fixture = try host([unreadable(kind)])
      let plan = try await fixture.plan("domain web { disk { size = 1MiB } }")
      var live = plan.live
      live.possiblyOverlaidDomains = plan.possiblyOverlaidDomains
      let found = Planner(plan.set, live: live) { _ in Revision() }.plan()
      #expect(found.diagnostics.map(\.code.number) == [646])
      #expect(found.diagnostics.first?.notes.joined().contains("odd") == true)
    }
  }

  @Test func itsOwnDeclarationIsNeitherCreatedNorCompared() throws {
    for uuid in [
      RunFixture.foreign, Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "odd"),
    ] {
      let live = LiveState(unreadable: [unreadable(uuid: uuid)])
      let (plan, diagnostics) = try RunFixture.plan("domain odd { }\ndomain even { }", live)
      #expect(diagnostics.map(\.code.number) == [519])
      #expect(diagnostics.first?.message.contains("`odd`") == true)
      #expect(plan.changes.map(\.name) == ["even"])
    }
    let net = LiveState(unreadable: [unreadable(.network)])
    let (plan, diagnostics) = try RunFixture.plan(
      "net odd { mode = isolated }\nnet even { mode = isolated }", net)
    #expect(diagnostics.map(\.code.number) == [519])
    #expect(plan.changes.map(\.name) == ["even"])
  }

  @Test func oneOfTheStackIsStillThereThoughItIsNotDeclared() throws {
    let own = Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "odd")
    let live = LiveState(unreadable: [unreadable(uuid: own), unreadable(.domain, "theirs")])
    #expect(try RunFixture.plan("", live).plan.undeclared.map(\.name) == ["odd"])
    let volumes = StackVolumes(
      stack: RunFixture.stack, storage: LiveStorage(unreadable: live.unreadable))
    #expect(volumes.refusals(toDelete: ["odd"], of: [:]).map(\.code.number).contains(519))
  }

  @Test func itIsNotStarted() {
    let live = LiveState(unreadable: [unreadable()])
    #expect(live.refusalToStart("odd", at: nil)?.code.number == 519)
    #expect(live.refusalToStart("even", at: nil) == nil)
  }

  @Test func itsAddressesAndNetworkAreSeenAllTheSame() throws {
    let mac = "52:54:00:0d:0d:0d"
    let live = LiveState(
      networks: [try RunFixture.liveNetwork("lan", uuid: RunFixture.foreign)],
      unreadable: [
        unreadable(.domain, "odd", ["<mac address='\(mac)'/><a b='<'/>"]),
        unreadable(.network, "oddnet"),
      ])
    let script = """
      domain a { nic { net = "lan", mac = "\(mac)" }, nic { net = "oddnet" } }
      """
    #expect(try RunFixture.plan(script, live).diagnostics.map(\.code.number) == [502])
  }

  @Test func aCloneOfItIsRefused() throws {
    let live = LiveState(unreadable: [unreadable()])
    #expect(try RunFixture.plan("clone \"odd\" as c", live).diagnostics.map(\.code.number) == [519])
  }

  @Test func aPoolThatCannotBeReadIsNamedWhereItIsWanted() {
    let storage = LiveStorage(unreadable: [unreadable(.pool, "iso")])
    #expect(throws: StorageFailure.unreadablePool("iso", reason: Self.reason)) {
      try storage.pool(declared: "iso")
    }
  }
}
