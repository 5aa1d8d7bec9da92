import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HostChecksTests {
  private let taken = "52:54:00:00:00:01"

  private func live(state: LiveDomain.State = .running) throws -> LiveState {
    LiveState(
      domains: [
        try RunFixture.liveDomain(
          "other", uuid: RunFixture.foreign, state: state,
          devices: "<interface type='network'><mac address='\(taken)'/></interface>")
      ],
      networks: [
        try RunFixture.liveNetwork(
          "default", uuid: RunFixture.foreign,
          ip: "<ip address='192.168.122.1' netmask='255.255.255.0'/>")
      ])
  }

  private func codes(_ declarations: [Declaration], _ live: LiveState) -> [Int] {
    RunFixture.plan(declarations, live).diagnostics.map(\.code.number)
  }

  @Test func aMACOfAnotherDomainIsRefused() throws {
    let web = RunFixture.domain("web", blocks: [RunFixture.nic(net: "default", mac: taken)])
    #expect(codes([web], try live()) == [502])
    let free = RunFixture.nic(net: "default", mac: "52:54:00:00:00:02")
    #expect(codes([RunFixture.domain("web", blocks: [free])], try live()).isEmpty)
  }

  @Test(arguments: ["192.168.122.0/24", "192.168.0.0/16", "192.168.122.128/25"])
  func aSubnetOfAnotherNetworkIsRefused(subnet: String) throws {
    #expect(codes([RunFixture.net("lan", subnet: subnet)], try live()) == [503])
  }

  @Test func aNeighbouringSubnetIsFine() throws {
    #expect(codes([RunFixture.net("lan", subnet: "192.168.123.0/24")], try live()).isEmpty)
  }

  @Test func aCloneNeedsAHostDomainThatIsShutOff() throws {
    func clone(_ source: String) -> [Declaration] {
      [RunFixture.domain("c", source: .host(source))]
    }
    #expect(codes(clone("nowhere"), try live()) == [504])
    #expect(codes(clone("other"), try live()) == [505])
    #expect(codes(clone("other"), try live(state: .stopped)).isEmpty)
  }

  @Test func aCloneThatExistsNeedsNoSource() throws {
    let state = LiveState(domains: [try RunFixture.liveDomain("c")])
    #expect(codes([RunFixture.domain("c", source: .host("nowhere"))], state).isEmpty)
  }

  @Test func aFixedAddressNeedsADeclaredNetwork() throws {
    let nic = RunFixture.nic(net: "default", ip: "192.168.122.9")
    #expect(codes([RunFixture.domain("web", blocks: [nic])], try live()) == [507])
    let own = RunFixture.nic(net: "lan", ip: "10.0.0.9")
    let declared = [RunFixture.net("lan"), RunFixture.domain("web", blocks: [own])]
    #expect(codes(declared, try live()).isEmpty)
  }

  @Test func aNetworkMustBeThere() throws {
    let web = RunFixture.domain("web", blocks: [RunFixture.nic(net: "defautl")])
    let diagnostics = RunFixture.plan([web], try live()).diagnostics
    #expect(diagnostics.map(\.code.number) == [514])
    #expect(diagnostics.first?.helps.map(\.text) == ["did you mean `default`?"])
  }

  @Test func aNetworkOfTheHostMustRunForADomainThatStarts() throws {
    let state = LiveState(networks: [
      try RunFixture.liveNetwork("default", uuid: RunFixture.foreign, isActive: false)
    ])
    let nic = RunFixture.nic(net: "default")
    #expect(codes([RunFixture.domain("web", blocks: [nic])], state) == [515])
    let stopped = try Script.declarations(
      "domain web { state = stopped, nic { net = \"default\" } }")
    #expect(codes(stopped, state).isEmpty)
  }

  @Test func aNetworkThatIsPrunedIsNotThere() throws {
    let state = LiveState(networks: [try RunFixture.liveNetwork("old")])
    let web = [RunFixture.domain("web", blocks: [RunFixture.nic(net: "old")])]
    #expect(RunFixture.plan(web, state).diagnostics.isEmpty)
    #expect(RunFixture.plan(web, state, prune: true).diagnostics.map(\.code.number) == [514])
  }

  @Test(arguments: [
    ("<forward mode='nat'/>", [516]), ("", [516]), ("<forward mode='bridge'/>", []),
  ])
  func aBridgeOfAnotherNetworkIsRefused(forward: String, expected: [Int]) throws {
    let state = LiveState(networks: [
      try RunFixture.liveNetwork(
        "other", uuid: RunFixture.foreign, ip: "\(forward)<bridge name='lab0'/>")
    ])
    let nets = try Script.declarations("net a { subnet = 10.1.0.0/24, bridge = \"lab0\" }")
    #expect(codes(nets, state) == expected)
  }

  /// A network whose DHCP server gave out one address.
  private func state(
    lease mac: String, _ ip: String, _ domains: [LiveDomain]
  ) throws -> LiveState {
    let lease = GivenLease(
      mac: try #require(MACAddress(mac)), ip: try #require(IPAddress(ip)), expires: 0)
    let network = try LiveNetwork(
      name: "lan", uuid: Identity.uuid(stack: RunFixture.stack, kind: .net, name: "lan"),
      isActive: true, xml: "<network><name>lan</name></network>", leases: [lease])
    return LiveState(domains: domains, networks: [network])
  }

  private let leased = """
    net lan { subnet = 10.1.0.0/24 }
    domain web { nic { net = lan, ip = 10.1.0.9, mac = "52:54:00:00:00:02" } }
    """

  @Test func anAddressThatAnotherMachineHasIsAWarning() throws {
    let declarations = try Script.declarations(leased)
    let other = try RunFixture.liveDomain(
      "old", devices: "<interface><mac address='\(taken)'/></interface>")
    let held = RunFixture.plan(declarations, try state(lease: taken, "10.1.0.9", [other]))
    #expect(held.diagnostics.map(\.message) == ["10.1.0.9 is leased to `old`"])
    #expect(held.diagnostics.allSatisfy { $0.severity == .warning })
    #expect(codes(declarations, try state(lease: taken, "10.1.0.10", [other])).isEmpty)
    #expect(codes(declarations, try state(lease: "52:54:00:00:00:02", "10.1.0.9", [])).isEmpty)
  }

  @Test func anAddressThatARunningGuestDoesNotHaveYetIsAWarning() throws {
    let declarations = try Script.declarations(leased)
    let xml = """
      <domain><name>web</name><devices><interface><mac address='52:54:00:00:00:02'/></interface>
      </devices></domain>
      """
    func codes(running: String?) throws -> [Int] {
      let web = try LiveDomain(
        name: "web", uuid: Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "web"),
        state: running == nil ? .stopped : .running, xml: xml, running: running)
      return self.codes(declarations, try state(lease: "52:54:00:00:00:02", "10.1.0.8", [web]))
    }
    #expect(try codes(running: xml) == [518])
    #expect(try codes(running: nil).isEmpty)
  }

  @Test func everyCodeIsExplainedOnce() {
    let numbers = PlanCodes.codes.map(\.number)
    #expect(numbers == Set(numbers).sorted())
    #expect(numbers.allSatisfy { (501...539).contains($0) })
  }
}
