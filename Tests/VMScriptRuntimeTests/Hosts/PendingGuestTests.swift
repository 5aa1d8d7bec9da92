import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Pending changes of a guest on a real host, its own and those of others.
@Suite(
  .serialized, .enabled(if: HostLab.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(8)))
struct PendingGuestTests {
  private func script(memory: String, after: String = "") -> String {
    """
    net "STACK-a" { subnet = SUBNET.0/25, mtu = 1400 }
    domain "STACK-web" {
      title = "all kinds"
      memory { max = \(memory), current = 128MiB }
      cpus { max = 2, current = 1 }
      boot = [disk, cdrom]
      agent = true, tablet = true, rng = true, apic = true
      disk root { image = image("STACK-guest") }
      disk a { size = 8MiB, cache = none }
      cdrom { }
      nic { net = net("STACK-a") }
      nic { net = net("STACK-a"), model = e1000 }
      vnc { password = "hunter2" }
      video = vga
      serial { }
      watchdog { action = reset }
    }
    \(after)
    """
  }

  private func pending(_ lab: HostLab, _ script: String) async throws -> [String] {
    try await lab.plan(script).plan.pending.flatMap(\.properties).map { row in
      "\(row.path) \(row.from?.literal ?? "none") → \(row.to?.literal ?? "none")"
    }
  }

  @Test func onlyPendingChangesAreReported() async throws {
    try await HostLab.run(subnet: "10.181.9") { lab in
      let web = lab.name("web")
      func onDomain<T: Sendable>(
        _ body: @escaping @Sendable (Domain) throws -> T
      ) async throws -> T {
        try await lab.connections.run { try body(try #require(try $0.domain(named: web))) }
      }
      let small = script(memory: "128MiB")
      try await lab.settle(
        script(memory: "128MiB", after: "wait \"STACK-web\" for ip within 2m"))
      #expect(try await pending(lab, small) == [])

      // Others take a disk from the machine alone.
      let disk = try #require(
        try await lab.devices(web, inactive: false).all("disk").first {
          $0.text(at: "target/@dev") == "vdb"
        }?.xmlString)
      try await onDomain { try $0.detachDevice(xml: disk, live: true, config: false) }
      for _ in 0..<50 {
        let devices = try await lab.devices(web, inactive: false)
        guard devices.all("disk").contains(where: { $0.text(at: "target/@dev") == "vdb" }) else {
          break
        }
        try await Task.sleep(for: .milliseconds(200))
      }
      #expect(try await lab.impacts(small) == ["disk a device: live"])
      try await lab.settle(small)
      #expect(try await lab.devices(web, inactive: false).all("disk").count == 3)

      // A saved guest comes back as it was.
      try await onDomain { try $0.managedSave() }
      let large = script(memory: "192MiB")
      let report = try await lab.run(large)
      #expect(report.outcome == .done, "\(report.diagnostics)")
      #expect(report.diagnostics.map(\.code.number) == [726])
      #expect(try await lab.plan(large).plan.isEmpty)
      #expect(try await pending(lab, large) == ["memory 128MiB → 192MiB"])

      // A paused guest goes on before it shuts down.
      let restart = """
        suspend "STACK-web"
        stop "STACK-web"
        start "STACK-web"
        """
      let restarted = try await lab.run(script(memory: "192MiB", after: restart))
      #expect(restarted.outcome == .done, "\(restarted.diagnostics)")
      #expect(try await pending(lab, large) == [])
      #expect(try await lab.plan(large).plan.isEmpty)
    }
  }

  @Test func aNetworkThatOthersEditedWaitsForItsRestart() async throws {
    try await HostLab.run(subnet: "10.181.10") { lab in
      let name = lab.name("n")
      let net = "net \"STACK-n\" { subnet = SUBNET.0/24 }"
      func edit(_ change: @escaping @Sendable (Network) throws -> Void) async throws {
        try await lab.connections.run { try change(try #require(try $0.network(named: name))) }
      }
      try await lab.settle(net)
      #expect(try await pending(lab, net) == [])
      try await edit { network in
        let root = try XMLElement.parse(network.xml(inactive: true), root: "network")
        root.add("mtu", ["size": "1400"])
        try network.connection.defineNetwork(xml: root.xmlString)
      }
      #expect(try await lab.plan(net).plan.isEmpty)
      #expect(try await pending(lab, net) == ["mtu none → 1400"])
      try await edit { network in
        try network.destroy()
        try network.start()
      }
      #expect(try await pending(lab, net) == [])

      // One whose definition others took away gets it back.
      try await edit { try $0.undefine() }
      #expect(try await lab.impacts(net) == ["definition: none"])
      try await lab.settle(net)
      let isPersistent = try await lab.connections.run { connection in
        try connection.network(named: name)?.isPersistent() ?? false
      }
      #expect(isPersistent)
    }
  }
}
