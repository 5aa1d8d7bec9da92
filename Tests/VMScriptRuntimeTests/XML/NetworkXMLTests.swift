import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct NetworkXMLTests {
  let context = XMLContext(stack: "s", uuid: "11111111-2222-5333-8444-555555555555")

  @Test func gatewayAndDHCPRangeDefaultToThoseOfTheSubnet() throws {
    let net = try net("subnet = 10.10.0.0/24")
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "network")
    #expect(root.text(at: "forward/@mode") == "nat")
    #expect(root.text(at: "ip/@address") == "10.10.0.1")
    #expect(root.text(at: "ip/dhcp/range/@start") == "10.10.0.2")
    #expect(root.text(at: "ip/dhcp/range/@end") == "10.10.0.254")
    #expect(try NetworkXML.differences(net, context: context, live: xml).map(\.path) == [])
  }

  @Test(
    arguments: ["nat", "isolated", "route", "open"])
  func everyModeReadsBackAsItWasWritten(mode: String) throws {
    let net = try net("mode = \(mode), subnet = 10.91.0.0/24, dhcp = false")
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    let root = try XMLElement.parse(xml, root: "network")
    #expect((root.text(at: "forward/@mode") ?? "isolated") == mode)
    #expect(root.text(at: "ip/dhcp/range/@start") == nil)
    #expect(try NetworkXML.differences(net, context: context, live: xml).isEmpty)
  }

  @Test func aNewLeaseIsALiveChange() throws {
    let net = try net("subnet = 10.91.0.0/24")
    let xml = try NetworkXML.render(net, context: context, onto: nil)
    var more = context
    more.leases = [
      NetworkLease(
        mac: try #require(MACAddress("52:54:00:00:00:01")),
        ip: try #require(IPAddress("10.91.0.9")))
    ]
    let changes = try NetworkXML.differences(net, context: more, live: xml)
    #expect(changes.map(\.path) == ["host 52:54:00:00:00:01"])
    #expect(changes.map(\.impact) == [.live])
  }

  private func net(_ body: String) throws -> Declaration {
    try #require(try Script.declarations("net lab { \(body) }").first)
  }

  private func xml(_ body: String) throws -> String {
    try NetworkXML.render(net(body), context: context, onto: nil)
  }

  private static let full = """
    subnet = 10.91.0.0/24
    host printer { mac = "52:54:00:aa:bb:01", ip = 10.91.0.9 }
    dns {
      domain = "lab.test"
      host gateway { ip = 10.91.0.1 }
      srv { service = "ldap", protocol = tcp, target = "a.lab.test", port = 389 }
      txt = { "_owner": "ops" }
    }
    ipv6 { subnet = "fd00:91::/64" }
    route { to = 10.92.0.0/24, via = 10.91.0.2 }
    bandwidth { inbound = 100 }
    """

  @Test func undeclaredBlocksAreRemoved() throws {
    let live = try xml(Self.full)
    #expect(
      try NetworkXML.differences(net(Self.full), context: context, live: live, running: live)
        .isEmpty)
    let small = try net("subnet = 10.91.0.0/24")
    let changes = try NetworkXML.differences(small, context: context, live: live, running: live)
    #expect(
      changes.map { "\($0.path) \($0.impact.rawValue)" } == [
        "dns srv ldap live", "route 10.92.0.0/24 restart", "bandwidth restart", "ipv6 restart",
        "dns restart", "host printer live", "dns host 10.91.0.1 live", "dns txt _owner live",
      ])
    let after = try NetworkXML.render(small, context: context, onto: live)
    #expect(try NetworkXML.differences(small, context: context, live: after).isEmpty)
  }

  @Test func anEmptiedListOfNameServersIsOneChange() throws {
    let live = try xml("subnet = 10.91.0.0/24, dns { forward = [10.91.0.3] }")
    let wanted = try net("subnet = 10.91.0.0/24, dns { forward = [] }")
    let changes = try NetworkXML.differences(wanted, context: context, live: live)
    #expect(changes.map(\.path) == ["dns forward"])
  }

  @Test func theRunningNetworkIsComparedToo() throws {
    let wanted = try net("subnet = 10.91.0.0/24, mtu = 1400")
    let (old, new) = (
      try xml("subnet = 10.91.0.0/24"), try xml("subnet = 10.91.0.0/24, mtu = 1400")
    )
    func impacts(_ live: String, _ running: String?) throws -> [Impact] {
      try NetworkXML.differences(wanted, context: context, live: live, running: running)
        .map(\.impact)
    }
    #expect(try impacts(old, nil) == [.nextStart])
    #expect(try impacts(old, old) == [.restart])
    #expect(try impacts(new, old) == [.restart])
    #expect(try impacts(new, new) == [])
  }

  @Test func entriesOfARunningNetworkAreRemovedBeforeOthersAreAdded() throws {
    let old = try xml(Self.full)
    let new = try net(
      """
      subnet = 10.91.0.0/24, dhcp = 10.91.0.100 ... 10.91.0.200
      host printer { mac = "52:54:00:AA:BB:01", ip = 10.91.0.9 }
      host scanner { mac = "52:54:00:aa:bb:02", ip = 10.91.0.10 }
      dns { domain = "lab.test", host gateway { ip = 10.91.0.1 }, host nas { ip = 10.91.0.1 } }
      """)
    let changes = try NetworkXML.revision(new, context: context, live: old, running: old).entries
    #expect(
      changes.map { "\($0.command) \($0.section)" } == [
        "delete dhcpRange", "delete dnsHost", "delete dnsText", "delete dnsService",
        "addLast dhcpHost", "addLast dhcpRange", "addLast dnsHost",
      ])
    #expect(changes[4].xml.contains("52:54:00:aa:bb:02"))
  }

  @Test func aBridgeHasAUniqueNameAndKeepsIt() throws {
    func bridge(_ xml: String) throws -> String? {
      try XMLElement.parse(xml, root: "network").text(at: "bridge/@name")
    }
    let names = (1...200).flatMap { number in
      (0...2).map { Identity.bridge(stack: "s", net: "net\(number)", attempt: $0) }
    }
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.utf8.count <= 15 && $0.hasPrefix("virbr") })
    #expect(
      try bridge(xml("subnet = 10.91.0.0/24")) == Identity.bridge(stack: "s", net: "lab"))
    let live = "<network><name>lab</name><bridge name='virbr7'/></network>"
    let lab = try net("mode = isolated")
    #expect(try bridge(NetworkXML.render(lab, context: context, onto: live)) == "virbr7")
    #expect(try NetworkXML.differences(lab, context: context, live: live).isEmpty)
  }

  @Test func aNetworkChangesBetweenAllModes() throws {
    let modes = [
      "subnet = 10.91.0.0/24", "mode = isolated", "mode = route, subnet = 10.91.0.0/24",
      "mode = open, subnet = 10.91.0.0/24, mtu = 1400, dns { domain = \"a.test\" }",
      "mode = bridge, bridge = \"br0\"", "mode = macvtap, dev = \"eth0\"",
    ]
    for old in modes {
      for new in modes {
        let live = try xml(old)
        let after = try NetworkXML.render(net(new), context: context, onto: live)
        let root = try XMLElement.parse(after, root: "network")
        #expect(
          try NetworkXML.differences(net(new), context: context, live: after).isEmpty,
          "\(old) → \(new)")
        if new.hasPrefix("mode = bridge") || new.hasPrefix("mode = macvtap") {
          #expect(root.first("ip") == nil && root.first("mtu") == nil && root.first("dns") == nil)
        }
        #expect((root.text(at: "bridge/@name") == "br0") == new.contains("br0"))
        if new.contains("macvtap") { #expect(root.first("bridge") == nil) }
      }
    }
  }

  @Test(arguments: [
    ("web", true), ("Web_1", true), ("my box", false), ("1web", false), ("12h", false),
    ("ignore", false), ("infinite", false), ("größe", false), ("a.b", false), ("#web", false),
    ("set:web", false), ("web,x", false),
  ])
  func dhcpEntriesAreKeyedByMACAndNamedWhereDnsmasqAllows(name: String, isName: Bool) throws {
    var context = context
    let macs = try ["52:54:00:00:00:01", "52:54:00:00:00:02"].map { try #require(MACAddress($0)) }
    let ip = try #require(IPAddress("10.91.0.9"))
    context.leases = macs.map { NetworkLease(mac: $0, ip: ip, name: name) }
    let xml = try NetworkXML.render(net("subnet = 10.91.0.0/24"), context: context, onto: nil)
    let entries = try Document(xml, root: "network").read { NetworkFacts($0) }.entries
    #expect(entries.map(\.mac) == macs)
    // libvirt refuses a second entry of the same name.
    #expect(entries.map(\.name) == [isName ? name : nil, nil])
  }

  @Test func theDHCPRangeOfAnySubnetIsValid() throws {
    for prefix in 8...30 {
      let subnet = try #require(Subnet("10.0.0.0/\(prefix)"))
      for gateway in [subnet.first, subnet.last, subnet.first.advanced(by: subnet.count / 2)] {
        guard let gateway else { continue }
        let range = try #require(subnet.dhcpRange(gateway: gateway), "\(subnet)")
        #expect(range.lowerBound > subnet.base && range.upperBound < subnet.broadcast)
        #expect(Int64(range.upperBound.value) - Int64(range.lowerBound.value) < 65_534)
      }
    }
    #expect(Subnet("10.0.0.0/31")?.dhcpRange(gateway: IPAddress(value: 10 << 24)) == nil)
  }

  @Test func addressesAreComparedWithoutTheirSpelling() throws {
    let wanted = try net("mode = isolated, ipv6 { subnet = \"FD00:91:0::/64\" }")
    for address in ["fd00:91::1", "FD00:91::1", "fd00:91:0:0:0:0:0:1"] {
      let live = """
        <network><name>lab</name><bridge name='b'/>
        <ip family='ipv6' address='\(address)' prefix='64'/></network>
        """
      #expect(try NetworkXML.differences(wanted, context: context, live: live).isEmpty)
    }
    let prefix = """
      <network><name>lab</name><bridge name='b'/><ip address='10.91.0.1' prefix='24'/></network>
      """
    let ipv4 = try net("mode = isolated, subnet = 10.91.0.7/24, dhcp = false")
    #expect(try NetworkXML.differences(ipv4, context: context, live: prefix).isEmpty)
    let moved = try net("mode = isolated, subnet = 10.92.0.0/24, dhcp = false")
    let changes = try NetworkXML.differences(moved, context: context, live: prefix)
    #expect(changes.map(\.path) == ["subnet"])
    #expect(changes.first?.from?.description == "10.91.0.0/24")
  }
}
