import Foundation
import Testing

extension HostTests {
  /// A volume that no stack made.
  @Suite struct ForeignVolumeTests {
    @Test func aVolumeOfOthersIsUsedInPlaceAndNeverDeleted() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "used.vmscript",
          """
          image theirs { source = "volume:default/\(Host.unrelated).qcow2" }
          domain mine { memory = 64MiB, disk { image = theirs }, state = stopped }
          """)
        try await host.json(["run", script])
        let path = try #require(
          try await host.domain("mine", inactive: true)["//disk/source/@file"])
        let volume = try XMLQuery(try await host.virsh("vol-dumpxml", path))
        #expect(
          volume["/volume/backingStore/path"] == "\(host.poolFolder)/\(Host.unrelated).qcow2")
        try await host.json(["destroy", "--stack", "used", "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
