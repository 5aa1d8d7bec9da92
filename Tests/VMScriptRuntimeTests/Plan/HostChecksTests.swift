import TestSupport
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

  private func codes(_ script: String, _ live: LiveState) throws -> [Int] {
    try RunFixture.plan(script, live).diagnostics.map(\.code.number)
  }

  @Test func aMACOfAnotherDomainIsRefused() throws {
    func web(_ mac: String) -> String {
      "domain web { nic { net = \"default\", mac = \"\(mac)\" } }"
    }
    #expect(try codes(web(taken), live()) == [502])
    #expect(try codes(web("52:54:00:00:00:02"), live()).isEmpty)
  }

  @Test(arguments: ["192.168.122.0/24", "192.168.0.0/16", "192.168.122.128/25"])
  func aSubnetOfAnotherNetworkIsRefused(subnet: String) throws {
    #expect(try codes("net lan { subnet = \(subnet) }", live()) == [503])
  }

  @Test func aNeighbouringSubnetIsFine() throws {
    #expect(try codes("net lan { subnet = 192.168.123.0/24 }", live()).isEmpty)
  }

  @Test func aCloneNeedsAHostDomainThatIsShutOff() throws {
    #expect(try codes("clone \"nowhere\" as c", live()) == [504])
    #expect(try codes("clone \"other\" as c", live()) == [505])
    #expect(try codes("clone \"other\" as c", live(state: .stopped)).isEmpty)
  }

  @Test func aCloneThatExistsNeedsNoSource() throws {
    let state = LiveState(domains: [try RunFixture.liveDomain("c")])
    #expect(try codes("clone \"nowhere\" as c", state).isEmpty)
  }

  @Test func aFixedAddressNeedsADeclaredNetwork() throws {
    let host = "domain web { nic { net = \"default\", ip = 192.168.122.9 } }"
    #expect(try codes(host, live()) == [507])
    let own = """
      net lan { subnet = 10.0.0.0/24 }
      domain web { nic { net = lan, ip = 10.0.0.9 } }
      """
    #expect(try codes(own, live()).isEmpty)
  }

  @Test func aNetworkMustBeThere() throws {
    let diagnostics = try RunFixture.plan(
      "domain web { nic { net = \"defautl\" } }", live()
    ).diagnostics
    #expect(diagnostics.map(\.code.number) == [514])
    #expect(diagnostics.first?.helps.map(\.text) == ["did you mean `default`?"])
  }

  @Test func aNetworkOfTheHostMustRunForADomainThatStarts() throws {
    let state = LiveState(networks: [
      try RunFixture.liveNetwork("default", uuid: RunFixture.foreign, isActive: false)
    ])
    #expect(try codes("domain web { nic { net = \"default\" } }", state) == [515])
    let stopped = "domain web { state = stopped, nic { net = \"default\" } }"
    #expect(try codes(stopped, state).isEmpty)
  }

  @Test func aNetworkThatIsPrunedIsNotThere() throws {
    let state = LiveState(networks: [try RunFixture.liveNetwork("old")])
    let web = "domain web { nic { net = \"old\" } }"
    #expect(try codes(web, state).isEmpty)
    #expect(try RunFixture.plan(web, state, prune: true).diagnostics.map(\.code.number) == [514])
  }

  @Test(arguments: [
    ("<forward mode='nat'/>", [516]), ("", [516]), ("<forward mode='bridge'/>", []),
  ])
  func aBridgeOfAnotherNetworkIsRefused(forward: String, expected: [Int]) throws {
    let state = LiveState(networks: [
      try RunFixture.liveNetwork(
        "other", uuid: RunFixture.foreign, ip: "\(forward)<bridge name='lab0'/>")
    ])
    let net = "net a { subnet = 10.1.0.0/24, bridge = \"lab0\" }"
    #expect(try codes(net, state) == expected)
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
    let other = try RunFixture.liveDomain(
      "old", devices: "<interface><mac address='\(taken)'/></interface>")
    let held = try RunFixture.plan(leased, state(lease: taken, "10.1.0.9", [other]))
    #expect(held.diagnostics.map(\.message) == ["10.1.0.9 is leased to `old`"])
    #expect(held.diagnostics.allSatisfy { $0.severity == .warning })
    #expect(try codes(leased, state(lease: taken, "10.1.0.10", [other])).isEmpty)
    #expect(try codes(leased, state(lease: "52:54:00:00:00:02", "10.1.0.9", [])).isEmpty)
  }

  @Test func anAddressThatARunningGuestDoesNotHaveYetIsAWarning() throws {
    let xml = """
      <domain><name>web</name><devices><interface><mac address='52:54:00:00:00:02'/></interface>
      </devices></domain>
      """
    func codes(running: String?) throws -> [Int] {
      let web = try LiveDomain(
        name: "web", uuid: Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "web"),
        state: running == nil ? .stopped : .running, xml: xml, running: running)
      return try self.codes(leased, state(lease: "52:54:00:00:00:02", "10.1.0.8", [web]))
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

@Suite struct HostMachinesTests {
  private let machines = Result {
    try HostMachines(
      capabilities: """
        <capabilities><host><cpu><arch>x86_64</arch></cpu></host>
        <guest><os_type>hvm</os_type><arch name='x86_64'>
          <machine maxCpus='255'>pc-i440fx-7.2</machine>
          <machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>
          <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
          <domain type='qemu'/>
          <domain type='kvm'><machine maxCpus='1'>isapc</machine></domain>
        </arch></guest></capabilities>
        """)
  }

  @Test(arguments: [
    ("machine = \"q35\"", []), ("machine = \"isapc\"", []), ("arch = \"x86_64\"", []),
    ("machine = \"q36\"", [751]), ("arch = aarch64", [751]),
    ("cpus = 255", []), ("cpus = 256", [752]), ("machine = \"q35\", cpus = 288", []),
    ("machine = \"q35\", cpus = 289", [752]), ("cpus { sockets = 64, cores = 8 }", [752]),
  ])
  func anUnavailableMachineIsAnErrorOfThePlan(body: String, codes: [Int]) throws {
    let domain = try #require(try Script.declarations("domain a { \(body) }").first)
    #expect(try machines.get().problems(of: domain).map(\.code.number) == codes)
  }

  @Test func aHostWithoutAListOfMachinesIsNotChecked() throws {
    let domain = try #require(try Script.declarations("domain a { machine = \"x\" }").first)
    #expect(try HostMachines(capabilities: "<capabilities/>").problems(of: domain).isEmpty)
  }

  @Test func unreadableCapabilitiesAreAnError() {
    #expect(throws: MalformedXML.self) { try HostMachines(capabilities: "no XML") }
  }
}
