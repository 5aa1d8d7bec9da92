import Foundation
import Testing

extension HostTests {
  /// Tour 01: one network, one machine.
  @Suite struct HelloTests {
    @Test func helloRunsAndGoesWithoutATrace() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try TourScript("01-hello").written(on: host)
        let run = try await host.json(["run", script])
        #expect(run["outputs"]["uuid"].text == (try await host.virsh("domuuid", "hello")))
        #expect(try await host.virsh("domstate", "hello") == "running")
        let calls = host.newCallLog()
        #expect(try await host.json(["run", script], calls: calls)["changes"].items.isEmpty)
        let changes = try calls.changes()
        #expect(changes == [])
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
