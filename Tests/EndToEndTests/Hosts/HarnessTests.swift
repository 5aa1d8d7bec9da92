import Foundation
import Testing

/// The assumptions of the tests on a host: the log of calls distinguishes reading from changing, and a
/// snapshot shows what changed.
extension HostTests {
  @Suite struct HarnessTests {
    @Test func aLogOfCallsTellsReadingFromChanging() async throws {
      try await Host.run { host in
        func calls(_ arguments: [String]) async throws -> CallLog {
          let log = host.newCallLog()
          let result = try await Subprocess.run(
            "virsh", ["-c", host.uri] + arguments, environment: log.environment)
          try #require(result.status == 0, "\(result.errors)")
          return log
        }
        for reading in [
          ["list", "--all"], ["dumpxml", Host.unrelated], ["vol-list", "default", "--details"],
          ["net-dhcp-leases", "default"], ["domblkinfo", Host.unrelated, "vda"],
        ] {
          let log = try await calls(reading)
          let (names, changes) = (try log.names(), try log.changes())
          #expect(names.contains("virConnectOpenAuth"))
          #expect(changes == [], "\(reading)")
        }
        var changes = try await calls(["vol-create-as", "default", "new.raw", "1M"]).changes()
        #expect(changes == ["virStorageVolCreateXML"])
        changes = try await calls(["setmem", Host.unrelated, "30M", "--config"]).changes()
        #expect(changes == ["virDomainSetMemoryFlags"])
      }
    }

    @Test func aSnapshotShowsWhatChanged() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        try await before.expectSame(on: host)
        try await host.virsh("vol-create-as", "default", "new.raw", "1M")
        let withVolume = try await HostSnapshot.of(host)
        #expect(withVolume.changes(since: before) != [])
        try await host.virsh("vol-delete", "new.raw", "--pool", "default")
        try await before.expectSame(on: host)
        try await host.virsh("autostart", Host.unrelated)
        #expect(try await HostSnapshot.of(host).changes(since: before) != [])
      }
    }
  }
}
