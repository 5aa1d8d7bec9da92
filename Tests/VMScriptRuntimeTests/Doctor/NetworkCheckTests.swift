import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct NetworkCheckTests {
  private let lab = "net lab { subnet = 10.10.0.0/24, ipv6 { subnet = \"fd00:10::/64\" } }"

  private func route(_ subnet: String, by interface: String = "eth1") throws -> MachineFacts.Route {
    if let subnet = IPv6Subnet(subnet) {
      return MachineFacts.Route(interface: interface, destination: .ipv6(subnet))
    }
    return MachineFacts.Route(
      interface: interface, destination: .ipv4(try #require(Subnet(subnet))))
  }

  @Test func aMissingOrInactiveNetworkNamesItsCommands() throws {
    let missing = DoctorFixture.entries("network") { _, libvirt, _ in libvirt.networks = [] }
    #expect(missing.map(\.text) == ["there is no network `default`"])
    #expect(missing.first?.diagnostic?.helps.first?.text.contains("net-define") == true)
    let inactive = DoctorFixture.entries("network") { _, libvirt, _ in
      libvirt.networks[0].isActive = false
    }
    #expect(inactive.map(\.standing) == [.error])
    #expect(
      inactive.first?.diagnostic?.helps.first?.text
        == "start it: `virsh --connect qemu:///system net-start default`")
    // A network of the script is not looked for on the host.
    let own = try DoctorFixture.demands("\(lab)\ndomain web { nic { net = lab } }")
    #expect(DoctorFixture.entries("network", own).isEmpty)
  }

  @Test func aSessionNeedsNoNetwork() {
    #expect(HostDemands.general(isSession: true).networkNames.isEmpty)
  }

  @Test func anInterfaceMustExist() throws {
    let demands = try DoctorFixture.demands(
      """
      domain web { nic { bridge = "br7" } nic { dev = "eth0" } }
      net out { mode = macvtap, dev = "eth9" }
      """)
    let found = DoctorFixture.entries("interface", demands)
    #expect(found.map(\.standing) == [.error, .ok, .error])
    #expect(found.last?.diagnostic?.notes == ["needed by the network `out`"])
  }

  @Test(arguments: [
    ("10.10.0.0/24", DoctorReport.Entry.Standing.error), ("10.10.0.128/25", .warning),
    ("10.0.0.0/8", .warning), ("fd00:10::/64", .error), ("fd00::/16", .warning),
  ])
  func aRouteThatOverlapsASubnetIsNamed(
    subnet: String, standing: DoctorReport.Entry.Standing
  ) throws {
    let clash = try route(subnet)
    let found = DoctorFixture.entries("subnets", try DoctorFixture.demands(lab)) { _, _, machine in
      machine.routes.append(clash)
    }
    #expect(found.map(\.standing) == [standing])
    #expect(found.first?.diagnostic?.notes == ["the host reaches \(subnet) through `eth1`"])
  }

  @Test func routesThatDoNotClashAreFine() throws {
    let (near, own) = (try route("10.10.1.0/24"), try route("10.10.0.0/24", by: "virbr5"))
    let found = DoctorFixture.entries("subnets", try DoctorFixture.demands(lab)) {
      _, libvirt, machine in
      machine.routes += [near, own]
      // The network runs already, and the route leads to its own bridge.
      libvirt.networks.append(HostFacts.Network(name: "lab", bridge: "virbr5"))
    }
    #expect(found.map(\.text) == ["no route of the host overlaps `lab`"])
  }

  @Test func anInactiveNetworkOfTheHostClashesToo() throws {
    let clash = try route("192.168.122.0/24")
    let found = DoctorFixture.entries("subnets") { _, libvirt, machine in
      libvirt.networks[0].isActive = false
      machine.routes = [clash]
    }
    #expect(found.map(\.standing) == [.error])
  }

  @Test func aBridgeThatALibvirtdLeftIsNamed() {
    let strange = DoctorFixture.entries("bridges") { _, _, machine in
      machine.interfaces.insert("virbrabcdefgh")
    }
    #expect(strange.map(\.standing) == [.warning])
    #expect(
      strange.first?.diagnostic?.helps.map(\.text)
        == ["remove it: `sudo ip link delete virbrabcdefgh`"])
    let needed = DoctorFixture.entries("bridges") { _, libvirt, _ in
      libvirt.networks[0].isActive = false
    }
    #expect(needed.map(\.standing) == [.error])
    #expect(
      needed.first?.diagnostic?.notes
        == ["the network `default`, which is inactive, cannot start while it exists"])
    let session = DoctorFixture.entries("bridges") { facts, libvirt, _ in
      facts.uri = "qemu:///session"
      libvirt.networks = []
    }
    #expect(session.isEmpty)
  }

  @Test func theNeededPacketFilterDependsOnTheVersion() throws {
    func entries(_ version: HostVersion, _ tools: Set<String>) throws -> [DoctorReport.Entry] {
      DoctorFixture.entries("packet filter", try DoctorFixture.demands(lab)) {
        _, libvirt, machine in
        libvirt.version = version
        machine.firewalls = tools
      }
    }
    let old = try entries(HostVersion(9, 0), ["nft"])
    #expect(old.map(\.text) == ["`iptables` is not installed"])
    #expect(old.map(\.standing) == [.error])
    #expect(try entries(HostVersion(10, 4), ["nft"]).map(\.standing) == [.ok])
    #expect(
      try entries(HostVersion(10, 4), []).map(\.text)
        == ["neither `nft` nor `iptables` is installed"])
    let open = try DoctorFixture.demands("net lab { mode = open, subnet = 10.10.0.0/24 }")
    #expect(
      DoctorFixture.entries("packet filter", open) { $2.firewalls = [] }.map(\.standing)
        == [.warning])
  }
}
