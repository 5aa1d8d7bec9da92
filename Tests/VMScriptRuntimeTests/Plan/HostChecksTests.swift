import Testing
import VMScript

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

  @Test func everyCodeIsExplainedOnce() {
    let numbers = PlanMessages.explanations.map(\.code.number)
    #expect(numbers == Array(501...513))
  }
}
