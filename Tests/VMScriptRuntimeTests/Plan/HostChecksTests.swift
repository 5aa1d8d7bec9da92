import Testing
import VMScript

@testable import VMScriptRuntime

@Suite struct HostChecksTests {
  private let taken = "52:54:00:00:00:01"

  private func live(state: LiveDomain.State = .running) throws -> LiveState {
    LiveState(
      domains: [
        try Fixture.liveDomain(
          "other", uuid: Fixture.foreign, state: state,
          devices: "<interface type='network'><mac address='\(taken)'/></interface>")
      ],
      networks: [
        try Fixture.liveNetwork(
          "default", uuid: Fixture.foreign,
          ip: "<ip address='192.168.122.1' netmask='255.255.255.0'/>")
      ])
  }

  private func codes(_ declarations: [Declaration], _ live: LiveState) -> [Int] {
    Fixture.plan(declarations, live).diagnostics.map(\.code.number)
  }

  @Test func aMACOfAnotherDomainIsRefused() throws {
    let web = Fixture.domain("web", blocks: [Fixture.nic(net: "default", mac: taken)])
    #expect(codes([web], try live()) == [502])
    let free = Fixture.nic(net: "default", mac: "52:54:00:00:00:02")
    #expect(codes([Fixture.domain("web", blocks: [free])], try live()).isEmpty)
  }

  @Test(arguments: ["192.168.122.0/24", "192.168.0.0/16", "192.168.122.128/25"])
  func aSubnetOfAnotherNetworkIsRefused(subnet: String) throws {
    #expect(codes([Fixture.net("lan", subnet: subnet)], try live()) == [503])
  }

  @Test func aNeighbouringSubnetIsFine() throws {
    #expect(codes([Fixture.net("lan", subnet: "192.168.123.0/24")], try live()).isEmpty)
  }

  @Test func aCloneNeedsAHostDomainThatIsShutOff() throws {
    func clone(_ source: String) -> [Declaration] { [Fixture.domain("c", source: .host(source))] }
    #expect(codes(clone("nowhere"), try live()) == [504])
    #expect(codes(clone("other"), try live()) == [505])
    #expect(codes(clone("other"), try live(state: .stopped)).isEmpty)
  }

  @Test func aCloneThatExistsNeedsNoSource() throws {
    let state = LiveState(domains: [try Fixture.liveDomain("c")])
    #expect(codes([Fixture.domain("c", source: .host("nowhere"))], state).isEmpty)
  }

  @Test func aFixedAddressNeedsADeclaredNetwork() throws {
    let nic = Fixture.nic(net: "default", ip: "192.168.122.9")
    #expect(codes([Fixture.domain("web", blocks: [nic])], try live()) == [507])
    let own = Fixture.nic(net: "lan", ip: "10.0.0.9")
    let declared = [Fixture.net("lan"), Fixture.domain("web", blocks: [own])]
    #expect(codes(declared, try live()).isEmpty)
  }

  @Test func everyCodeIsExplainedOnce() {
    let numbers = PlanMessages.explanations.map(\.code.number)
    #expect(numbers == Array(501...507))
  }
}
