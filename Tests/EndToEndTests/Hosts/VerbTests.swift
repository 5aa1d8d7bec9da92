import Foundation
import Testing

extension HostTests {
  /// Tour 06: verbs, on a hypervisor.
  @Suite struct VerbTests {
    @Test func verbsHaveTheirEffectInTheirOrder() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        // QEMU takes no snapshot of a machine without a disk to keep it in.
        let script = try TourScript("06-verbs")
          .changing("memory = 128MiB,", to: "memory = 128MiB, disk { size = 16MiB },")
          .written(on: host)
        let run = try await host.json(["run", script])
        #expect(
          run["verbs"].items.compactMap { $0["action"].text } == [
            "suspend", "resume", "snapshot", "stop", "wait", "revert", "delete",
          ])
        try await before.expectSame(on: host)
      }
    }
  }
}
