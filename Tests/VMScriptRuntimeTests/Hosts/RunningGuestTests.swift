import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Changes of a guest that runs on a real host.
@Suite(
  .serialized, .enabled(if: HostLab.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(5)))
struct RunningGuestTests {
  private func script(_ body: String, net: String = "", after: String = "") -> String {
    """
    net "STACK-a" { subnet = SUBNET.0/25
    \(net) }
    net "STACK-b" { subnet = SUBNET.128/25 }
    domain "STACK-web" { memory { max = 256MiB, current = 192MiB }
    cpus { max = 2, current = 1 }
    disk root { image = image("STACK-guest") }
    serial { }
    \(body) }
    \(after)
    """
  }

  private func targets(_ devices: XMLElement) -> [String?] {
    devices.all("disk").map { $0.text(at: "target/@dev") }
  }

  @Test func devicesComeChangeAndGoWhileTheGuestRuns() async throws {
    try await HostLab.run(subnet: "10.181.1") { lab in
      let web = lab.name("web")
      let first = script(
        "nic { net = net(\"STACK-a\") }\ncdrom { }",
        after: "wait \"STACK-web\" for ip within 2m\noutput id = domain(\"STACK-web\").id")
      let id = try await lab.settle(first).outputs["id"]

      let more = script(
        """
        title = "more"
        nic { net = net("STACK-b") }
        nic { net = net("STACK-a"), ip = SUBNET.9 }
        disk a { size = 8MiB }
        disk b { size = 8MiB }
        watchdog { action = reset }
        cdrom { }
        """)
      #expect(
        try await lab.impacts(more) == [
          "host \(web): live", "title: live", "watchdog device: live", "disk a device: live",
          "disk b device: live", "nic 1 net: live", "nic 2 device: live",
        ])
      try await lab.settle(more)
      for inactive in [false, true] {
        let devices = try await lab.devices(web, inactive: inactive)
        #expect(targets(devices) == ["vda", "vdb", "vdc", "sda"], "inactive: \(inactive)")
        #expect(
          devices.all("interface").map { $0.text(at: "source/@network") }
            == [lab.name("b"), lab.name("a")])
        #expect(devices.all("watchdog").count == 1)
      }

      let fewer = script(
        """
        nic { net = net("STACK-b") }
        disk b { size = 16MiB }
        cdrom { }
        """, after: "output id = domain(\"STACK-web\").id")
      #expect(
        try await lab.impacts(fewer) == [
          "host \(web): live", "watchdog device: live", "disk a device: data-loss",
          "nic 2 device: live",
          "disk b size: live",
        ])
      let report = try await lab.settle(fewer)
      for inactive in [false, true] {
        let devices = try await lab.devices(web, inactive: inactive)
        #expect(targets(devices) == ["vda", "vdc", "sda"], "inactive: \(inactive)")
        #expect(devices.all("interface").count == 1)
        #expect(devices.all("watchdog").isEmpty)
      }
      #expect(try await lab.volumes() == ["root", "b"])
      // It is the same guest all the time.
      #expect(report.outputs["id"] == id)
    }
  }

  @Test func memoryAndProcessorsChangeUpToTheirMaximum() async throws {
    try await HostLab.run(subnet: "10.181.2") { lab in
      let domain = """
        domain "STACK-web" { memory { max = 256MiB, current = CURRENT }
        cpus { max = 2, current = COUNT }
        title = "t" }
        """
      func script(_ current: String, _ count: Int) -> String {
        domain.replacing("CURRENT", with: current).replacing("COUNT", with: "\(count)")
      }
      try await lab.settle(script("128MiB", 1))
      #expect(
        try await lab.impacts(script("192MiB", 2)) == [
          "cpus current: live", "memory current: live",
        ])
      try await lab.settle(script("192MiB", 2))
      #expect(try await lab.impacts(script("192MiB", 1)) == ["cpus current: next-start"])
    }
  }

  @Test func aGuestIsPluggedInAgainAfterItsNetworkRestarted() async throws {
    try await HostLab.run(subnet: "10.181.3") { lab in
      let nic = "nic { net = net(\"STACK-a\") }"
      try await lab.settle(script(nic, after: "wait \"STACK-web\" for ip within 2m"))
      let (network, web) = (lab.name("a"), lab.name("web"))
      func isPlugged() async throws -> Bool {
        let devices = try await lab.devices(web, inactive: false)
        let port = try #require(NetworkPort.all(in: devices).first)
        return try await lab.connections.run { connection in
          try #require(try connection.network(named: network)).ports()
        }.contains(port.id)
      }
      #expect(try await isPlugged())

      #expect(try await lab.impacts(script(nic, net: "mtu = 1400")) == ["mtu: restart"])
      try await lab.settle(script(nic, net: "mtu = 1400"))
      #expect(try await isPlugged())

      // Somebody else restarts it.
      try await lab.connections.run { connection in
        let found = try #require(try connection.network(named: network))
        try found.destroy()
        try found.start()
      }
      #expect(try await !isPlugged())
      #expect(
        try await lab.impacts(script(nic, net: "mtu = 1400")) == ["unplugged guests: live"])
      try await lab.settle(script(nic, net: "mtu = 1400"))
      #expect(try await isPlugged())
    }
  }

  @Test func aNetworkThatChangedSinceItsPlanIsNotRestartedUnasked() async throws {
    try await HostLab.run(subnet: "10.181.21") { lab in
      let nic = "nic { net = net(\"STACK-a\") }"
      try await lab.settle(script(nic, net: "mtu = 1400"))
      let network = lab.name("a")
      func running() async throws -> String {
        try await lab.connections.run { connection in
          try #require(try connection.network(named: network)).xml()
        }
      }
      let before = try await running()
      var options = lab.options
      options.progress = { event in
        guard case .started(let change) = event, change.name == network else { return }
        // Between the plan and the change: somebody else is at work.
        #expect(throws: Never.self) {
          let connection = try Connection.open(HostLab.uri)
          let found = try #require(try connection.network(named: network))
          let root = try XMLElement.parse(found.xml(inactive: true), root: "network")
          root.setText("1300", at: "mtu/@size")
          try connection.defineNetwork(xml: root.xmlString)
        }
      }
      let text = script(
        nic, net: "mtu = 1400\nhost printer { mac = \"52:54:00:aa:bb:01\", ip = SUBNET.9 }")
      let report = await Runner.run(try lab.program(text), options: options)
      #expect(report.diagnostics.map(\.code.number) == [727], "\(report.diagnostics)")
      #expect(try await running() == before)
      // The next run shows the restart, and makes it.
      #expect(try await lab.impacts(text).contains("mtu: restart"))
      try await lab.settle(text)
    }
  }

  @Test func entriesOfANetworkComeAndGoWhileItRuns() async throws {
    try await HostLab.run(subnet: "10.181.4") { lab in
      func net(_ body: String) -> String {
        "net \"STACK-a\" { subnet = SUBNET.0/24\n\(body) }"
      }
      try await lab.settle(net(""))
      let more = net(
        """
        dhcp = SUBNET.100 ... SUBNET.120
        host printer { mac = "52:54:00:aa:bb:01", ip = SUBNET.9 }
        dns { host nas { ip = SUBNET.8 }, txt = { "_owner": "ops" }
          srv { service = "ldap", protocol = tcp, target = "nas.test", port = 389 } }
        """)
      #expect(try await lab.impacts(more).allSatisfy { $0.hasSuffix(": live") })
      try await lab.settle(more)
      let name = lab.name("a")
      let running = try await lab.connections.run { connection in
        try #require(try connection.network(named: name)).xml()
      }
      for part in ["52:54:00:aa:bb:01", "10.181.4.100", "nas", "_owner", "ldap"] {
        #expect(running.contains(part))
      }
      try await lab.settle(net(""))
    }
  }

  @Test func aGuestIsShutDownAndOneThatIgnoresItsButtonIsReported() async throws {
    try await HostLab.run(subnet: "10.181.5") { lab in
      let nic = "nic { net = net(\"STACK-a\") }"
      let web = lab.name("web")
      try await lab.settle(script(nic, after: "wait \"STACK-web\" for ip within 2m"))
      try await lab.settle(script("\(nic)\nstate = stopped"))

      // Without a disk there is only firmware, which knows no button.
      let empty = "domain \"STACK-web\" { memory = 64MiB }"
      let targets = DomainTargets(pool: lab.connections, stack: lab.stack)
      try await HostLab.run(subnet: "10.181.6") { other in
        try await other.settle(empty)
        let shutdown = Shutdown(
          targets: targets, name: other.name("web"), span: RunFixture.span, limit: .seconds(2))
        let error = await #expect(throws: Diagnostic.self) { try await shutdown.perform() }
        #expect(error?.code.number == 709)
        #expect(error?.helps.first?.text.contains("force") == true)
      }
      #expect(try await targets.state(of: web, RunFixture.span) == "stopped")
    }
  }

  @Test func verbsDoWhatTheySay() async throws {
    try await HostLab.run(subnet: "10.181.7") { lab in
      let verbs = """
        wait "STACK-web" for ip within 2m
        let web = domain("STACK-web")
        suspend web
        check web.state == "paused"
        resume web
        check web.state == "running"
        snapshot web as "one"
        stop web
        check web.state == "stopped"
        revert web to "one"
        check web.state == "running"
        stop web force
        wait web for stopped within 10s
        snapshot web as "off"
        check web.snapshots == ["off", "one"] || web.snapshots == ["one", "off"]
        start web
        wait web for web.state == "running" within 10s
        delete web
        """
      let body = "nic { net = net(\"STACK-a\") }\ncloud_init { hostname = \"web\" }"
      let report = try await lab.run(script(body, after: verbs))
      #expect(report.outcome == .done, "\(report.diagnostics)")
      #expect(try await lab.volumes() == [])
    }
  }
}
