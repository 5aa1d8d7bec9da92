import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The MAC address of an interface that declares none.
@Suite struct InterfaceMACTests {
  private static let held = "52:54:00:00:00:01"
  private let stack = RunFixture.stack

  private func network(entry: String? = nil, lease: String? = nil) throws -> LiveNetwork {
    let entries = entry.map { "<dhcp><host mac='\($0)' ip='10.0.0.9'/></dhcp>" } ?? ""
    let leases = try lease.map {
      [
        GivenLease(
          mac: try #require(MACAddress($0)), ip: try #require(IPAddress("10.0.0.9")), expires: 0)
      ]
    }
    return try LiveNetwork(
      name: "lan", uuid: Identity.uuid(stack: stack, kind: .net, name: "lan"), isActive: true,
      xml: """
        <network><name>lan</name>
        <ip address='10.0.0.1' prefix='24'>\(entries)</ip></network>
        """, leases: leases ?? [])
  }

  private func domain(_ name: String, mac: String, mark: String = "") throws -> LiveDomain {
    try RunFixture.liveDomain(
      name, metadata: mark, devices: "<interface><mac address='\(mac)'/></interface>")
  }

  /// The MAC of the one interface of `app`.
  private func chosen(
    nic: String = "ip = 10.0.0.9", domains: [LiveDomain] = [], _ network: LiveNetwork,
    going: [String] = []
  ) throws -> String {
    let set = DeclarationSet(
      stack: stack,
      declarations: try Script.declarations(
        "net lan { subnet = 10.0.0.0/24 }\ndomain app { nic { net = lan, \(nic) } }"))
    let resolved = InterfaceMACs.resolve(
      set, live: LiveState(domains: domains, networks: [network]),
      going: Set(going.map { ResourceKey(kind: .domain, name: $0) }))
    let app = try #require(resolved.declaration(.domain, "app"))
    return try #require(app.interfaces(stack: stack).first).mac.description
  }

  private var derived: String {
    Identity.mac(stack: stack, domain: "app", nic: "nic1").description
  }

  @Test func aFixedAddressThatIsFreeKeepsTheMACThatHasIt() throws {
    #expect(try chosen(network(lease: Self.held)) == Self.held)
    #expect(try chosen(network(entry: Self.held)) == Self.held)
    #expect(try chosen(network()) == derived)
    #expect(try chosen(nic: "ip = 10.0.0.8", network(lease: Self.held)) == derived)
  }

  @Test func aDeclaredMACStays() throws {
    let declared = "ip = 10.0.0.9, mac = \"52:54:00:00:00:02\""
    #expect(try chosen(nic: declared, network(lease: Self.held)) == "52:54:00:00:00:02")
  }

  @Test func theMACOfAMachineThatStaysIsNotTaken() throws {
    let web = try domain("web", mac: Self.held)
    #expect(try chosen(domains: [web], network(lease: Self.held)) == derived)
    #expect(try chosen(domains: [web], network(lease: Self.held), going: ["web"]) == Self.held)
  }

  @Test(arguments: ["02:00:00:00:00:01", "00:16:3e:00:00:01", "01:00:5e:00:00:01"])
  func aMACThatSomebodyChoseIsNotTaken(mac: String) throws {
    #expect(try chosen(network(lease: mac)) == derived)
  }

  @Test func aMachineKeepsTheMACThatItHas() throws {
    let mark = """
      <vmscript:resource xmlns:vmscript="\(DomainMetadata.namespace)" stack="\(stack)" name="app">
      <vmscript:device block="nic" key="nic1" at="\(Self.held)"/></vmscript:resource>
      """
    let app = try domain("app", mac: Self.held, mark: mark)
    #expect(try chosen(nic: "ip = 10.0.0.8", domains: [app], network()) == Self.held)
    #expect(try chosen(nic: "model = e1000", domains: [app], network()) == Self.held)
  }

  @Test func aMachineWhoseMACAnotherOneTookOverGetsAnother() throws {
    let heir = try domain("heir", mac: derived)
    let mac = try chosen(nic: "ip = 10.0.0.8", domains: [heir], network())
    #expect(mac != derived && mac.hasPrefix("52:54:00:"))
    #expect(try chosen(nic: "ip = 10.0.0.8", domains: [heir], network()) == mac)
  }
}
