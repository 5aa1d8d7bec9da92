import Foundation
import Testing

extension HostTests {
  /// Protected resources, on a host without metadata of networks.
  @Suite struct ProtectionTests {
    private func script(_ protection: String, _ rest: String = "", on host: Host) throws -> String {
      let guest = try #require(Host.guest)
      return try host.file(
        "protected.vmscript",
        """
        stack "protected"
        image g { source = "\(guest)"\(protection) }
        net lan { subnet = 10.80.0.0/24\(protection) }
        domain web { memory = 128MiB, disk { image = g }, nic { net = lan }\(protection) }
        \(rest)
        """)
    }

    @Test func nothingDeletesThem() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        try await host.json(["run", script(", protect = true", on: host)])
        let made = try await HostSnapshot.of(host)
        let again = try await host.json(["plan", script(", protect = true", on: host), "--prune"])
        #expect(again["changes"].items.isEmpty)
        let empty = try host.file("empty.vmscript", "stack \"protected\"\n")
        for arguments in [
          ["destroy", "--stack", "protected", "--yes"], ["run", empty, "--prune", "--yes"],
          ["plan", empty, "--prune"],
        ] {
          let result = try await host.vmscript(arguments)
          #expect(result.status == 1, "\(arguments): \(result.output)")
          #expect(result.errors.contains("error[VM0530]"), "\(arguments): \(result.errors)")
          try await made.expectSame(on: host)
        }
        let delete = try script(", protect = true", "delete web", on: host)
        let deleted = try await host.vmscript(["run", delete, "--yes"])
        #expect(
          deleted.status == 1 && deleted.errors.contains("error[VM0530]"), "\(deleted.errors)")
        try await made.expectSame(on: host)
        // The disk would be made anew.
        let rebuilt = try await host.vmscript([
          "rebuild", script(", protect = true", on: host), "web", "--yes",
        ])
        #expect(rebuilt.errors.contains("error[VM0531]"), "\(rebuilt.errors)")
        try await made.expectSame(on: host)

        let run = try await host.json(["run", script("", on: host)])
        #expect(run["changes"].items.allSatisfy { $0["impact"].text != "data-loss" })
        try await host.json(["destroy", "--stack", "protected", "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
