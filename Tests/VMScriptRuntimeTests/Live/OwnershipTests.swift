import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct OwnershipTests {
  private let ownership = Ownership(stack: RunFixture.stack)

  private func mark(stack: String, name: String, namespace: String = DomainMetadata.namespace)
    -> String
  { "<v:resource xmlns:v='\(namespace)' stack='\(stack)' kind='domain' name='\(name)'/>" }

  @Test func theUUIDSaysWhoseItIs() throws {
    #expect(ownership.owns(try RunFixture.liveDomain("web")))
    #expect(!ownership.owns(try RunFixture.liveDomain("web", uuid: RunFixture.foreign)))
    #expect(ownership.owns(try RunFixture.liveNetwork("lan")))
    #expect(!ownership.owns(try RunFixture.liveNetwork("lan", uuid: RunFixture.foreign)))
  }

  @Test func theMetadataSaysSoForADeclaredUUID() throws {
    func owns(_ metadata: String) throws -> Bool {
      ownership.owns(
        try RunFixture.liveDomain("web", uuid: RunFixture.foreign, metadata: metadata))
    }
    #expect(try owns(mark(stack: "lab", name: "web")))
    #expect(try !owns(mark(stack: "other", name: "web")))
    // A copy that somebody made by hand carries the mark of what it was copied from.
    #expect(try !owns(mark(stack: "lab", name: "original")))
    #expect(try !owns(mark(stack: "lab", name: "web", namespace: "https://example.org/")))
  }

  private func renamed(_ name: String, from made: String) throws -> LiveDomain {
    try RunFixture.liveDomain(
      name, uuid: Identity.uuid(stack: "lab", kind: .domain, name: made), state: .stopped,
      metadata: mark(stack: "lab", name: made))
  }

  @Test func aRenamedDomainStaysTheStacks() throws {
    let domain = try renamed("hh", from: "h")
    #expect(ownership.owns(domain))
    #expect(ownership.madeName(of: domain) == "h")
    #expect(!Ownership(stack: "other").owns(domain))
    let state = LiveState(domains: [domain], overlaidDomains: ["hh"]).seen(by: ownership)
    #expect(state.domains.keys.sorted() == ["h"])
    #expect(state.domains["h"]?.name == "hh")
    #expect(state.overlaidDomains.contains("h"))
  }

  @Test func aRenamedDomainIsRenamedBack() throws {
    let live = LiveState(domains: [try renamed("hh", from: "h")]).seen(by: ownership)
    let (plan, diagnostics) = try RunFixture.plan("domain h { state = stopped }", live)
    #expect(diagnostics.isEmpty)
    #expect(plan.changes.map(\.name) == ["h"])
    #expect(plan.changes.first?.properties.map(\.path) == ["name"])
    let pruned = try RunFixture.plan("", live, prune: true).plan
    #expect(pruned.changes.map { "\($0.action) \($0.name)" } == ["delete h"])
  }

  @Test func aNameThatOthersHaveTakenSinceIsRefused() throws {
    let live = LiveState(
      domains: [
        try renamed("hh", from: "h"), try RunFixture.liveDomain("h", uuid: RunFixture.foreign),
      ]
    ).seen(by: ownership)
    #expect(live.domains.count == 2)
    let (plan, diagnostics) = try RunFixture.plan("domain h { state = stopped }", live)
    #expect(plan.isEmpty)
    #expect(diagnostics.map(\.code.number) == [501])
    // What others have under the name is left, what the stack made goes.
    let pruned = try RunFixture.plan("", live, prune: true).plan
    #expect(pruned.changes.map { "\($0.action) \($0.name)" } == ["delete h"])
  }

  @Test(arguments: ["", " ", "no xml", "<network/>"])
  func anotherDocumentThanADomainIsAnError(xml: String) {
    #expect(throws: MalformedXML.self) { try DomainFacts(xml: xml) }
  }

  @Test func subnetsAreReadFromPrefixOrNetmask() throws {
    let network = try RunFixture.liveNetwork(
      "lan",
      ip: """
        <ip address='10.0.0.1' prefix='8'/><ip address='192.168.1.1' netmask='255.255.255.0'/>
        <ip family='ipv6' address='fd00::1' prefix='64'/><ip address='10.1.0.1' prefix='99'/>
        """)
    #expect(network.subnets.map(\.description) == ["10.0.0.0/8", "192.168.1.0/24"])
  }
}
