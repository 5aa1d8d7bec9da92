import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Images by address on a host: what arrives in its pool.
  @Suite struct ImageAddressTests {
    private let environment = ["no_proxy": "127.0.0.1", "VMSCRIPT_DOWNLOAD": "retries=1"]

    @Test func theGuestIsDownloadedAfterAnInterruptionAndStarted() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let server = try ImageServer()
        let guest = try Data(contentsOf: URL(fileURLWithPath: try #require(Host.guest)))
        try server.folder.write("guest.qcow2", Array(guest))
        let script = try host.file(
          "lab.vmscript",
          """
          image guest { source = "\(server.url("cut/guest.qcow2"))" }
          domain m { memory = 128MiB, disk { image = guest } }
          """)
        let run = try await host.vmscript(["run", script], environment: environment)
        #expect(run.status == 0, "\(run.errors)")
        #expect(server.requests.contains { $0.hasPrefix("GET /cut/guest.qcow2 bytes=") })
        #expect(try await host.virsh("domstate", "m") == "running")
        let base = try #require(try host.volumes().first { $0.contains(".guest.base-") })
        let uploaded = try Data(contentsOf: URL(fileURLWithPath: "\(host.poolFolder)/\(base)"))
        #expect(uploaded == guest)

        let calls = host.newCallLog()
        let again = try await host.vmscript(
          ["run", script], calls: calls, environment: environment)
        #expect(again.status == 0)
        let changes = try calls.changes()
        #expect(changes == [])
        let listed = try await host.vmscript(["image", "list"], environment: environment)
        #expect(listed.output.contains("1 image, 1 disk"), "\(listed.output)")
        let kept = try await host.vmscript(
          ["image", "gc", "--days", "0"], environment: environment)
        #expect(kept.errors == "nothing to remove\n")
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
        let removed = try await host.vmscript(
          ["image", "gc", "--days", "0"], environment: environment)
        #expect(removed.output.contains("/cut/guest.qcow2"))
      }
    }

    @Test func aFailedDownloadChangesNothingOnTheHost() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let server = try ImageServer()
        let guest = try Data(contentsOf: URL(fileURLWithPath: try #require(Host.guest)))
        try server.folder.write("short.qcow2", Array(guest.prefix(guest.count / 2)))
        for (path, code) in [
          ("no-length/short.qcow2", "VM0603"), ("missing/x.qcow2", "VM0902"),
          ("html/x.qcow2", "VM0913"), ("always-cut/short.qcow2", "VM0909"),
        ] {
          let script = try host.file(
            "lab.vmscript",
            """
            net lab { subnet = 10.99.0.0/24 }
            image guest { source = "\(server.url(path))" }
            domain m { memory = 64MiB, disk { image = guest }, nic { net = lab }, state = stopped }
            """)
          let calls = host.newCallLog()
          let run = try await host.vmscript(
            ["run", script], calls: calls, environment: environment)
          #expect(run.status == 1 && run.errors.contains(code), "\(run.errors)")
          let changes = try calls.changes()
          #expect(changes == [])
          try await before.expectSame(on: host)
        }
      }
    }

    @Test(arguments: ["vmdk", "vdi", "vhdx", "vpc"])
    func aForeignFormatIsConverted(format: String) async throws {
      try await Host.run { host in
        let server = try ImageServer()
        var disk = [UInt8]((0..<(1 << 20)).map { UInt8($0 % 251) })
        (disk[510], disk[511]) = (0x55, 0xAA)
        let raw = try server.folder.write("disk.raw", disk)
        let packed = server.folder.file("disk.\(format)")
        let made = try await Subprocess.run(
          "qemu-img", ["convert", "-f", "raw", "-O", format, raw, packed])
        try #require(made.status == 0)
        let script = try host.file(
          "lab.vmscript",
          """
          image base { source = "\(server.url("plain/disk.\(format)"))", format = qcow2 }
          domain m { memory = 64MiB, disk { image = base }, state = stopped }
          """)
        let run = try await host.vmscript(["run", script], environment: environment)
        #expect(run.status == 0, "\(run.errors)")
        let base = try #require(try host.volumes().first { $0.contains(".base.base-") })
        let content = host.folder + "/content"
        let read = try await Subprocess.run(
          "qemu-img",
          ["convert", "-f", "qcow2", "-O", "raw", "\(host.poolFolder)/\(base)", content])
        try #require(read.status == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: content))
        #expect(bytes.prefix(disk.count) == Data(disk))
        try await host.json(["destroy", script, "--yes"])
        #expect(try host.volumes() == [])
      }
    }
  }
}
