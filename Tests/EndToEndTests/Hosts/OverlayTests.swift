import Foundation
import Testing

extension HostTests {
  /// The backing images of overlays are neither written nor deleted, and an overlay stays its domain's.
  @Suite struct OverlayTests {
    private func clone(_ host: Host) throws -> String {
      try host.file(
        "clones.vmscript",
        """
        domain a { memory = 32MiB, state = stopped, disk { size = 16MiB } }
        clone a as b { state = stopped }
        """)
    }

    private func disk(of domain: String, on host: Host) async throws -> String {
      try #require(try await host.domain(domain, inactive: true)["//disk/source/@file"])
    }

    private func write(_ pattern: Int, to path: String) async throws {
      let written = try await Subprocess.run(
        "qemu-io", ["-c", "write -P \(pattern) 0 64k", path])
      try #require(written.status == 0, "\(written.errors)")
    }

    private func expect(_ pattern: Int, in path: String) async throws {
      let read = try await Subprocess.run(
        "qemu-io", ["-r", "-c", "read -P \(pattern) 0 64k", path])
      #expect(read.status == 0 && !read.output.contains("verification failed"), "\(read.output)")
    }

    @Test(arguments: [[("a", "x1")], [("a", "x1"), ("a", "x2")], [("a", "x1"), ("b", "y1")]])
    func aSnapshotOfItsSourceChangesNothingForAClone(
      snapshots: [(domain: String, name: String)]
    ) async throws {
      try await Host.run { host in
        let script = try clone(host)
        try await host.json(["run", script])
        try await write(7, to: disk(of: "b", on: host))
        for snapshot in snapshots {
          try await host.virsh(
            "snapshot-create-as", snapshot.domain, snapshot.name, "--disk-only")
        }
        let plan = try await host.json(["plan", script])
        #expect(plan["changes"].items.isEmpty, "\(plan)")
        try await host.json(["run", script, "--yes"])
        try await expect(7, in: disk(of: "b", on: host))
      }
    }

    @Test func noMachineRunsOnWhatOverlaysAreBackedBy() async throws {
      try await Host.run { host in
        let script = try clone(host)
        try await host.json(["run", script])
        let base = try await disk(of: "a", on: host)
        let drive = "disk { source = \"\(base)\", format = qcow2 }"
        func edition(_ body: String) throws -> String {
          try host.file("other.vmscript", "domain u { memory = 32MiB, \(body) }")
        }
        for verb in ["plan", "run"] {
          let created = try await host.vmscript([verb, edition(drive), "--yes"])
          #expect(created.status != 0 && created.errors.contains("VM0506"), "\(created.errors)")
        }
        try await host.json(["run", edition("autostart = false")])
        for verb in ["plan", "run"] {
          let attached = try await host.vmscript([verb, edition(drive), "--yes"])
          #expect(attached.status != 0 && attached.errors.contains("VM0509"), "\(attached.errors)")
        }
        // It may be read.
        try await host.json([
          "run", edition("disk { source = \"\(base)\", format = qcow2, readonly = true }"), "--yes",
        ])
        try await host.json(["destroy", host.folder + "/files/other.vmscript", "--yes"])
        // A machine that is off may have it, and is not started.
        try await host.json(["run", edition("state = stopped, \(drive)")])
        let started = try await host.vmscript(["run", edition(drive), "--yes"])
        #expect(started.status != 0 && started.errors.contains("VM0506"), "\(started.errors)")
        #expect(try await host.virsh("domstate", "u").hasPrefix("shut off"))
      }
    }

    /// A domain of others on `mine2`, which is backed by `mine`, which is backed by an image's content.
    @Test func anImageStaysWhereAChainCannotBeFollowed() async throws {
      try await Host.run { host in
        let plain = host.folder + "/plain.qcow2"
        try await host.qemuImage("create", "-q", "-f", "qcow2", plain, "8M")
        let script = try host.file("chain.vmscript", "image i { source = \"\(plain)\" }")
        try await host.json(["run", script])
        let base = try #require(try host.volumes().first { $0.contains(".base-") })
        let (mine, mine2) = (host.folder + "/mine.qcow2", host.folder + "/mine2.qcow2")
        try await host.qemuImage(
          "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "\(host.poolFolder)/\(base)", mine)
        try await host.qemuImage(
          "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", mine, mine2)
        let definition = try host.file(
          "mine.xml",
          """
          <domain type='qemu'><name>mine</name><memory unit='MiB'>32</memory>
          <os><type>hvm</type></os><devices><disk type='file' device='disk'>
          <driver name='qemu' type='qcow2'/><source file='\(mine2)'/>
          <target dev='vda' bus='virtio'/></disk></devices></domain>
          """)
        try await host.virsh("define", definition)
        // A file system that is not mounted for a while.
        try FileManager.default.moveItem(atPath: mine, toPath: mine + ".away")
        let other = try host.file(
          "other.vmscript", "domain u { memory = 32MiB, disk { size = 8MiB } }")
        try await host.json(["run", other])
        let destroyed = try await host.vmscript(["destroy", script, "--yes"])
        #expect(destroyed.errors.contains(mine), "\(destroyed.errors)")
        #expect(try host.volumes().contains(base))
        try FileManager.default.moveItem(atPath: mine + ".away", toPath: mine)
        try await host.qemuImage("check", "-q", mine2)
        try await host.virsh("undefine", "mine")
        try await host.json(["destroy", script, "--yes"])
        #expect(try !host.volumes().contains(base))
      }
    }

    @Test func aLostBaseIsReportedAndNotReplaced() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let plain = host.folder + "/plain.qcow2"
        try await host.qemuImage("create", "-q", "-f", "qcow2", plain, "8M")
        let script = try host.file(
          "lost.vmscript",
          """
          image i { source = "\(plain)" }
          domain m { memory = 32MiB, state = stopped, disk { image = i } }
          clone m as n { state = stopped }
          """)
        try await host.json(["run", script])
        let base = try #require(try host.volumes().first { $0.contains(".base-") })
        try FileManager.default.removeItem(atPath: "\(host.poolFolder)/\(base)")
        let plan = try await host.vmscript(["plan", script])
        #expect(plan.status != 0 && plan.errors.contains("error[VM0671]"), "\(plan.errors)")
        #expect(plan.errors.contains(base) && !plan.errors.contains("replaced"), "\(plan.errors)")
        // Without its own disk too, what is above it is not given another one.
        try await FileManager.default.removeItem(atPath: disk(of: "m", on: host))
        for verb in ["plan", "run"] {
          let result = try await host.vmscript([verb, script, "--yes"])
          #expect(result.status != 0 && result.errors.contains("VM0509"), "\(result.errors)")
        }
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
