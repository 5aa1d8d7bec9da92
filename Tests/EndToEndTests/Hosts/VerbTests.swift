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

    @Test func aSavedMachineIsBroughtBackAndThenChanged() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ memory: String, _ more: String) throws -> String {
          try host.file(
            "saved.vmscript",
            "domain m { memory = \(memory), disk root { size = 8MiB }, \(more) }")
        }
        try await host.json(["run", script("64MiB", "")])
        try await host.virsh("managedsave", "m")
        // One that stays off has its changes at the start after the next.
        try await host.json(["run", script("96MiB", "state = stopped")])
        let waiting = try await host.json(["plan", script("96MiB", "state = stopped")])
        #expect(waiting["changes"].items.isEmpty)
        #expect(waiting["pending"].items.count == 1, "\(waiting)")
        // A disk for a restored machine is attached at once, and listed once.
        let added = try script("96MiB", "disk data { size = 8MiB }")
        let run = try await host.json(["run", added])
        #expect(run["changes"][0]["impact"].text == "live", "\(run)")
        let settled = try await host.json(["plan", added])
        #expect(settled["changes"].items.isEmpty, "\(settled)")
        #expect(try await host.virsh("domblklist", "m").contains("vdb"))
        try await host.json(["destroy", added, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aDestroySaysWhichSnapshotsItLeaves() async throws {
      try await Host.run { host in
        let script = try host.file(
          "snapped.vmscript", "domain m { memory = 32MiB, state = stopped, disk { size = 8MiB } }")
        try await host.json(["run", script])
        let left = host.folder + "/left.qcow2"
        try await host.virsh(
          "snapshot-create-as", "m", "s1", "--disk-only", "--diskspec", "vda,file=\(left)")
        let destroyed = try await host.vmscript(["destroy", script, "--yes"])
        #expect(destroyed.status == 0, "\(destroyed.errors)")
        #expect(destroyed.errors.contains("VM0642") && destroyed.errors.contains(left))
        #expect(FileManager.default.fileExists(atPath: left))
      }
    }
  }
}
