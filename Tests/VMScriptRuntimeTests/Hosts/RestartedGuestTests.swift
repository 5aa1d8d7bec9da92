import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The addresses of guests that start again on a real host.
@Suite(
  .serialized, .enabled(if: HostLab.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(5)))
struct RestartedGuestTests {
  private func script(_ last: Int, _ verbs: String = "") -> String {
    """
    net "STACK-n" { subnet = SUBNET.0/24 }
    domain "STACK-d" { memory = 192MiB
    disk root { image = image("STACK-guest") }
    serial { }
    nic { net = net("STACK-n"), ip = SUBNET.\(last) } }
    \(verbs)
    """
  }

  /// The leases of the lab's network.
  private func leases(_ lab: HostLab) async throws -> [GivenLease] {
    let name = lab.name("n")
    return try await lab.connections.run { connection in
      try #require(try GivenLease.reported(by: name, connection))
    }
  }

  @Test func waitingForAnAddressOutlivesTheLeaseOfTheEarlierBoot() async throws {
    try await HostLab.run(subnet: "10.181.30") { lab in
      let wait = "wait \"STACK-d\" for ip within 2m\noutput i = domain(\"STACK-d\").ip"
      let first = try await lab.settle(script(11, wait))
      #expect(first.outputs["i"]?.literal == "10.181.30.11")
      #expect(first.diagnostics.isEmpty, "\(first.diagnostics)")

      #expect(try await lab.plan(script(12)).diagnostics.map(\.code.number) == [518])
      let restart = "stop \"STACK-d\"\nstart \"STACK-d\"\n\(wait)"
      let second = try await lab.run(script(12, restart))
      #expect(second.outcome == .done, "\(second.diagnostics)")
      #expect(second.outputs["i"]?.literal == "10.181.30.12")
      #expect(second.diagnostics.isEmpty, "\(second.diagnostics)")

      // The same address again, by start and by reboot: its lease is renewed when the wait ends.
      for verbs in [restart, "reboot \"STACK-d\"\n\(wait)"] {
        let before = try await leases(lab)
        let report = try await lab.run(script(12, verbs))
        #expect(report.outcome == .done, "\(report.diagnostics)")
        let after = try await leases(lab)
        #expect(after.map(\.ip) == before.map(\.ip))
        #expect(after != before, "\(verbs)")
      }
    }
  }

  @Test func theLeaseOfAMachineThatIsGoneIsNotThatOfItsSuccessor() async throws {
    try await HostLab.run(subnet: "10.181.31") { lab in
      let mac = "52:54:00:b5:1f:01"
      func script(_ name: String, _ body: String) -> String {
        """
        net "STACK-n" { subnet = SUBNET.0/24 }
        domain "STACK-\(name)" { memory = 192MiB
        \(body)
        nic { net = net("STACK-n"), mac = "\(mac)", rom = false } }
        wait "STACK-\(name)" for ip within \(name == "web" ? "2m" : "20s")
        """
      }
      try await lab.settle(
        script("web", "disk root { image = image(\"STACK-guest\") }\nserial { }"))
      var options = lab.options
      options.prune = true
      // It is gone before its successor starts, so that it cannot renew its lease any more.
      let alone = "net \"STACK-n\" { subnet = SUBNET.0/24 }"
      let pruned = await Runner.run(try lab.program(alone), options: options)
      try #require(pruned.outcome == .done, "\(pruned.diagnostics)")
      // Without a disk and without the ROM of its card it never asks for an address.
      let report = try await lab.run(script("app", ""))
      let error = try #require(report.diagnostics.first { $0.severity == .error })
      #expect(error.code.number == 709, "\(report.diagnostics)")
      #expect(error.notes.contains { $0.contains("is from before it started") }, "\(error.notes)")
      #expect(error.helps.last?.text == "or wait longer: `within 10m`", "\(error.helps)")
      #expect(try await leases(lab).map(\.mac.description) == [mac])
    }
  }
}
