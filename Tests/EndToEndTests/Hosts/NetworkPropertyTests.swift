import Foundation
import Testing
import VMScript

extension HostTests {
  /// Properties of networks and interfaces: awkward values are refused by a check, or taken by
  /// libvirt and found again as they were declared.
  @Suite struct NetworkPropertyTests {
    private static let subnet = "subnet = 10.120.0.0/24"

    /// Values by row, in spellings that libvirt reports in another way or takes in its own.
    private static let networks: [String: [String]] = [
      "mode": [
        "mode = nat, \(subnet)", "mode = isolated", "mode = route, \(subnet)",
        "mode = open, \(subnet)", "mode = bridge, bridge = \"br0\"",
        "mode = macvtap, dev = \"eth0\"",
      ],
      "subnet": [
        "subnet = \"10.120.0.77/24\"", "subnet = 10.120.0.0/30", "subnet = 11.0.0.0/8",
        "subnet = 10.120.0.0/31, dhcp = false", "subnet = 10.120.0.0/31", "subnet = 0.0.0.0/0",
        "subnet = 127.0.0.0/8",
      ],
      "gateway": [
        "\(subnet), gateway = 10.120.0.254", "\(subnet), gateway = \"10.120.0.100\"",
        "\(subnet), gateway = 10.120.0.255", "\(subnet), gateway = 10.120.0.0",
      ],
      "dhcp": [
        "\(subnet), dhcp = true", "\(subnet), dhcp = false",
        "\(subnet), dhcp = 10.120.0.9 ... 10.120.0.9",
        "\(subnet), dhcp = 10.120.0.0 ... 10.120.0.9",
        "\(subnet), dhcp = 10.120.0.1 ... 10.120.0.255",
        "subnet = 10.120.0.0/13, dhcp = 10.120.0.2 ... 10.121.0.0",
      ],
      "bridge": ["\(subnet), bridge = \"br-Lab_1.2\"", "\(subnet), bridge = \"\""],
      "dev": ["\(subnet), dev = \"eth0\"", "\(subnet), dev = \"eth0,eth1\""],
      "mtu": ["\(subnet), mtu = 68", "\(subnet), mtu = 65535"],
      "vlan": ["\(subnet), vlan = 5"],
      "autostart": ["\(subnet), autostart = true", "\(subnet), autostart = false"],
      "host": [
        "\(subnet), host { mac = \"52-54-00-AA-BB-01\", ip = \"10.120.0.9\" }",
        "\(subnet), host PRINTER { mac = \"52:54:00:AA:BB:01\", ip = 10.120.0.9 }",
        "\(subnet), host \"a,b\" { mac = \"52:54:00:AA:BB:01\", ip = 10.120.0.9 }",
      ],
      "dns": [
        "\(subnet), dns { }", "\(subnet), dns { forward = [], txt = {} }",
        "\(subnet), dns { domain = \"Lab.TEST\" }", "\(subnet), dns { domain = \"\" }",
        "\(subnet), dns { domain = \"a\\nconf-file=/x\" }",
        "\(subnet), dns { forward = [9.9.9.9, \"9.9.9.9\"] }",
        "\(subnet), dns { txt = { a: \"x  y\", b: \"a;b=c\\\\d\", c: \"größe & <x> 'it'\" } }",
        "\(subnet), dns { host A { ip = 10.120.0.1 }, host b { ip = \"10.120.0.1\" } }",
        "\(subnet), dns { srv { service = \"x\", protocol = udp } }",
        "\(subnet), dns { srv { service = \"LDAP\", protocol = tcp, target = \"A.b\", port = 1 } }",
        "\(subnet), dns { srv { service = \"x\", protocol = udp, target = \"a\" } }",
      ],
      "ipv6": [
        "\(subnet), ipv6 { subnet = \"FD00:77:0::/64\" }",
        "mode = isolated, ipv6 { subnet = \"fd00:77:0:0:0:0:0:9/64\" }",
        "mode = isolated, ipv6 { subnet = \"2001:db8:0:0:1::/80\" }",
        "mode = isolated, ipv6 { subnet = \"fd00:77::/126\" }",
        "mode = isolated, ipv6 { subnet = \"ff02::/64\" }",
      ],
      "route": [
        "\(subnet), route { to = \"10.121.0.9/24\", via = \"10.120.0.2\" }",
        "\(subnet), route { to = 10.121.0.0/24, via = 10.122.0.2 }",
      ],
      "bandwidth": ["\(subnet), bandwidth { }"],
      "xml": [
        "\(subnet), xml \"/network/bridge\" { set = { delay: 2 } }",
        "\(subnet), xml \"/network/ip\" { append = \"<tftp root='/usr/share'/>\" }",
        "\(subnet), xml \"/network/name\" { text = \"other\" }",
      ],
    ]

    private static let interfaces: [String: [String]] = [
      "net": ["net = n", "net = \"n\"", "net = n, bridge = \"br0\""],
      "bridge": ["bridge = \"br0\"", "bridge = \"\""],
      "dev": ["dev = \"eth0\"", "dev = \"eth0\", mtu = 1400"],
      "ip": [
        "net = n, ip = \"10.120.0.9\"", "net = n, ip = 10.120.0.1", "dev = \"e\", ip = 10.120.0.9",
      ],
      "mac": [
        "net = n, mac = \"52-54-00-AA-BB-CC\"",
        "net = n, mac = \"52:54:00:AA:BB:CC\", ip = 10.120.0.9",
      ],
      "model": ["net = n, model = e1000", "net = n, model = \"E1000\"", "net = n, model = \"\""],
      "vlan": ["bridge = \"br0\", vlan = 7", "net = n, vlan = 7"],
      "mtu": ["net = n, mtu = 68", "net = n, mtu = 65535"],
      "bandwidth": [
        "net = n, bandwidth { inbound = 5 }",
        "net = n, bandwidth { outbound { average = 1, peak = 2, burst = 3 } }",
      ],
      "filter": ["net = n, filter = \"clean-traffic\"", "net = n, filter = \"\""],
    ]

    @Test func everyRowOfANetworkIsTried() {
      // Protection has tests of its own.
      let net = Set(Schema.resource(.net).entryNames).subtracting(["protect"])
      #expect(Set(Self.networks.keys) == net)
      // What an interface has beside its connection is tried with every row of a domain.
      let nic = Set(Schema.resource(.domain).block("nic")?.entryNames ?? [])
      #expect(nic.isSuperset(of: Self.interfaces.keys))
    }

    @Test func aValueIsRefusedOrFoundAgain() async throws {
      try await Host.run { host in
        for body in Self.networks.values.joined() {
          try await expectStable("net n { \(body) }", on: host)
        }
        for body in Self.interfaces.values.joined() {
          try await expectStable(
            "net n { \(Self.subnet) }\ndomain w { state = stopped, memory = 64MiB, nic { \(body) } }",
            on: host)
        }
      }
    }

    private func expectStable(_ text: String, on host: Host) async throws {
      let script = try host.file("row.vmscript", "stack \"rows\"\n\(text)\n")
      guard try await host.vmscript(["check", script]).status == 0 else { return }
      let run = try await host.vmscript(["run", script, "--yes"])
      #expect(run.status == 0, "\(text)\n\(run.errors)")
      let second = try await host.vmscript(["plan", script, "--exit-code"])
      #expect(second.status == 0, "\(text)\n\(second.output)\(second.errors)")
      let destroyed = try await host.vmscript(["destroy", script, "--yes"])
      #expect(destroyed.status == 0, "\(text)\n\(destroyed.errors)")
    }

    @Test func networksThatAreMadeAtOnceHaveBridgesOfTheirOwn() async throws {
      try await Host.run { host in
        let scripts = try (1...10).map { number in
          try host.file(
            "s\(number).vmscript",
            """
            stack "s\(number)"
            for i in 1...3 { net "n\(number)-\\(i)" { subnet = cidr("10.\(100 + number).\\(i).0/24") } }
            """)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for script in scripts {
            group.addTask {
              let run = try await host.vmscript(["run", script])
              #expect(run.status == 0, "\(run.errors)")
            }
          }
          try await group.waitForAll()
        }
        for script in scripts {
          #expect(try await host.vmscript(["plan", script, "--exit-code"]).status == 0)
        }
      }
    }

    @Test func aBridgeThatIsTakenIsAvoided() async throws {
      try await Host.run { host in
        let script = try host.file("x.vmscript", "stack \"x\"\nnet n { \(Self.subnet) }\n")
        let taken = Identity.bridge(stack: "x", net: "n")
        try await host.inside("ip", "link", "add", taken, "type", "bridge")
        let run = try await host.vmscript(["run", script])
        #expect(run.status == 0, "\(run.errors)")
        let bridge = try await host.network("n")["/network/bridge/@name"]
        #expect(bridge == Identity.bridge(stack: "x", net: "n", attempt: 1))
        #expect(try await host.vmscript(["plan", script, "--exit-code"]).status == 0)
      }
    }

    @Test func aNetworkThatIsNotThereIsFoundBeforeAnythingIsDone() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "x.vmscript", "domain a { state = stopped }\ndomain w { nic { net = \"defautl\" } }\n")
        for command in ["plan", "run"] {
          let result = try await host.vmscript([command, script])
          #expect(result.status != 0)
          #expect(result.errors.contains("VM0514"))
          #expect(result.errors.contains("did you mean `default`?"))
        }
        try await before.expectSame(on: host)
      }
    }
  }
}

extension HostTests {
  /// Tour 07: every kind of network, as libvirt takes it.
  @Suite struct NetworkXMLTests {
    @Test(arguments: ["nat1", "quiet", "routed", "lan", "direct"])
    func libvirtTakesTheXMLOfEveryKindOfNetwork(name: String) async throws {
      try await Host.run { host in
        let script = packageFolder.appendingPathComponent("Examples/tour/07-networks.vmscript").path
        let xml = try await host.vmscript(["xml", script, name])
        #expect(xml.status == 0, "\(xml.errors)")
        // libvirt takes an underscore in the name of a TXT record, but its own schema does not.
        let strict = xml.output.replacingOccurrences(of: "_owner", with: "owner")
        try await host.virsh("net-define", try host.file("strict.xml", strict), "--validate")
        try await host.virsh("net-define", try host.file("network.xml", xml.output))
        #expect(try await host.virshLines("net-list", "--all", "--name").contains(name))
      }
    }

    @Test func libvirtTakesTheXMLOfADomainOnThem() async throws {
      try await Host.run { host in
        let script = packageFolder.appendingPathComponent("Examples/tour/07-networks.vmscript").path
        let xml = try await host.vmscript(["xml", script, "multi"])
        #expect(xml.status == 0, "\(xml.errors)")
        try await host.virsh("define", try host.file("domain.xml", xml.output), "--validate")
        let domain = try await host.domain("multi", inactive: true)
        #expect(domain.all("//interface/source/@network") == ["nat1", "quiet"])
        #expect(domain["//interface[3]/source/@bridge"] == "br0")
        #expect(domain["//interface[3]/mac/@address"] == "52:54:00:aa:bb:02")
        #expect(domain["//interface[2]/mtu/@size"] == "1300")
      }
    }
  }
}
