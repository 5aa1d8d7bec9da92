import Foundation
import Testing

extension HostTests {
  /// Blocks in devices, on a machine that runs.
  @Suite struct NestedBlockTests {
    @Test func limitsOfADiskChangeWhileItsGuestRunsAndGoWithTheirBlock() async throws {
      try await Host.run { host in
        func script(_ block: String) throws -> String {
          try host.file(
            "limits.vmscript",
            """
            stack "limits"
            domain limited {
              memory = 64MiB
              disk data { size = 1MiB, bus = sata, rotation_rate = 7200 \(block) }
            }

            """)
        }
        func limits() async throws -> String {
          try await host.virsh("blkdeviotune", "limited", "sda")
        }
        let first = try script(", iotune { total_bytes_sec = 10MiB, read_iops_sec = 100 }")
        try await host.json(["run", first])
        #expect(try await host.json(["plan", first])["changes"].items.isEmpty)
        #expect(try await host.virsh("dumpxml", "limited").contains("rotation_rate='7200'"))
        #expect(try await limits().contains(/total_bytes_sec *: 10485760/))

        // The other direction, of which libvirt takes one only.
        let second = try script(", iotune { read_bytes_sec = 1MiB }")
        let run = try await host.json(["run", second])
        #expect(run["changes"].items.map { $0["impact"].text } == ["live"])
        let changed = try await limits()
        #expect(changed.contains(/read_bytes_sec *: 1048576/))
        #expect(changed.contains(/total_bytes_sec *: 0/) && changed.contains(/read_iops_sec *: 0/))
        #expect(try await host.json(["plan", second])["changes"].items.isEmpty)

        let last = try script("")
        try await host.json(["run", last])
        #expect(try await limits().contains(/read_bytes_sec *: 0/))
        #expect(try await !host.virsh("dumpxml", "--inactive", "limited").contains("iotune"))
        #expect(try await host.json(["plan", last])["changes"].items.isEmpty)
        try await host.json(["destroy", last, "--yes"])
      }
    }

    // To set the limits of a running interface, the kernel must have classes of traffic.
    @Test func limitsOfAnInterfaceAreDefinedAndGoWithTheirBlock() async throws {
      try await Host.run { host in
        let bodies = [
          (", bandwidth { inbound = 1000 }", "<inbound average='1000'/>"),
          (
            ", bandwidth { inbound { average = 500, peak = 900 } }",
            "<inbound average='500' peak='900'/>"
          ), ("", "</interface>"),
        ]
        for (block, expected) in bodies {
          let path = try host.file(
            "bandwidth.vmscript",
            """
            stack "bandwidth"
            let lan = net "narrow" { mode = isolated, subnet = 10.125.0.0/24 }
            domain narrow { state = stopped, memory = 64MiB, nic { net = lan \(block) } }

            """)
          try await host.json(["run", path])
          let definition = try await host.virsh("dumpxml", "narrow")
          #expect(definition.contains(expected))
          #expect(definition.contains("<bandwidth>") != block.isEmpty)
          #expect(try await host.json(["plan", path])["changes"].items.isEmpty)
        }
        try await host.json(["destroy", "--stack", "bandwidth", "--yes"])
      }
    }
  }
}
