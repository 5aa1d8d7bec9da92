import Foundation
import Testing

extension HostTests {
  /// Snapshots of running guests.
  @Suite struct SnapshotTests {
    @Test func severalGuestsAreSavedAtOneMomentAndGoOn() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let guest = try #require(Host.guest)
        func script(_ verbs: String) throws -> String {
          try host.file(
            "moment.vmscript",
            """
            stack "moment"
            image g { source = "\(guest)" }
            for n in 1...2 { domain "web-\\(n)" { memory = 128MiB, disk { image = g } } }
            domain off { memory = 128MiB, disk { image = g }, state = stopped }
            \(verbs)
            """)
        }
        try await host.json(["run", script("snapshot [\"web-*\", off] as clean")])
        for name in ["web-1", "web-2"] {
          #expect(try await host.virsh("domstate", name) == "running")
          #expect(try await host.virsh("snapshot-dumpxml", name, "clean").contains("paused"))
        }
        #expect(try await host.virsh("domstate", "off") == "shut off")

        try await host.json(["run", script("snapshot \"web-1\" as later")])
        let shown = try await host.vmscript(["show", "web-1"])
        #expect(shown.output.contains("  clean\n"), "\(shown.output)")
        #expect(shown.output.contains("    later (current)\n"), "\(shown.output)")

        try await host.json(["run", script("revert [\"web-*\"] to clean")])
        for name in ["web-1", "web-2"] {
          #expect(try await host.virsh("domstate", name) == "running")
        }
        try await host.json(["run", script("delete snapshot clean of [\"web-*\", off]")])
        #expect(try await host.virshLines("snapshot-list", "web-1", "--name") == ["later"])
        #expect(try await host.virshLines("snapshot-list", "web-2", "--name") == [])

        // A snapshot that fails for one leaves every guest running.
        let failed = try await host.vmscript(["run", script("snapshot \"web-*\" as later")])
        #expect(failed.status == 1, "\(failed.output)")
        for name in ["web-1", "web-2"] {
          #expect(try await host.virsh("domstate", name) == "running")
        }
        try await host.json(["destroy", "--stack", "moment", "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
