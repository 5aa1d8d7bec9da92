import Foundation
import Testing

extension HostTests {
  /// A renamed object replaces the pruned one before the script waits for it.
  @Suite struct RenamedTests {
    private func script(
      _ host: Host, net: String, machine: String, verbs: String? = nil, rest: String = ""
    ) throws -> String {
      let guest = try #require(Host.guest)
      return try host.file(
        "renamed.vmscript",
        """
        stack "renamed"
        image g { source = "\(guest)" }
        net \(net) { subnet = 10.78.0.0/24 }
        domain \(machine) {
          memory = 128MiB
          disk { image = g }
          nic { net = \(net), ip = 10.78.0.20 }
        }
        \(verbs ?? "wait \(machine) for ip within 2m")
        output ip = \(machine).ip
        \(rest)
        """)
    }

    @Test func aRenamedMachineHasItsAddressAtOnce() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let first = try await host.json(["run", script(host, net: "lan", machine: "web"), "--yes"])
        #expect(first["outputs"]["ip"].text == "10.78.0.20")
        let renamed = try script(host, net: "lan", machine: "app")
        // Without the earlier machine's end, its address is not there.
        let plan = try await host.json(["plan", renamed, "--prune"])
        #expect(plan["changes"].items.filter { $0["name"].text == "web" }.count == 1)
        let second = try await host.json(["run", renamed, "--prune", "--yes"])
        #expect(second["outputs"]["ip"].text == "10.78.0.20")
        let leases = try await host.virsh("net-dhcp-leases", "lan")
        #expect(leases.components(separatedBy: "10.78.0.20").count == 2, "\(leases)")
        let again = try await host.json(["plan", renamed])
        #expect(again["changes"].items.isEmpty)
        try await host.vmscript(["destroy", renamed, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aRenamedNetworkTakesTheSubnetWithGuestsOnIt() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        _ = try await host.json(["run", script(host, net: "lan", machine: "web"), "--yes"])
        // The guest keeps its lease for a while, which the new network's DHCP server does not know.
        let renamed = try script(
          host, net: "core", machine: "web", verbs: "suspend web\nresume web")
        try await host.json(["run", renamed, "--prune", "--yes"])
        #expect(try await !host.virshLines("net-list", "--all", "--name").contains("lan"))
        let again = try await host.json(["plan", renamed])
        #expect(again["changes"].items.isEmpty)
        try await host.vmscript(["destroy", renamed, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aLaterDeclarationBlocksNothing() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        _ = try await host.json(["run", script(host, net: "lan", machine: "web"), "--yes"])
        // `web` gives its address to `app`, and is declared after the wait.
        let swapped = try script(
          host, net: "lan", machine: "app",
          rest: """
            domain web { memory = 128MiB, disk { image = g }, nic { net = lan, ip = 10.78.0.21 } }
            """)
        let uuid = try await host.virsh("domuuid", "web")
        let run = try await host.vmscript(["run", swapped, "--prune", "--yes"])
        #expect(run.status != 0)
        #expect(run.errors.contains("10.78.0.20 is leased to `web`"), "\(run.errors)")
        #expect(run.errors.contains("shut the holder down"), "\(run.errors)")
        #expect(!run.errors.contains("wait longer"), "\(run.errors)")
        #expect(try await host.virsh("domuuid", "web") == uuid)
        try await host.vmscript(["destroy", swapped, "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
