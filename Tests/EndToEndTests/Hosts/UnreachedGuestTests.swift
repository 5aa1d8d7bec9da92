import Foundation
import Testing

extension HostTests {
  /// Guests that never get an address, and the reasons that a time-out names.
  @Suite struct UnreachedGuestTests {
    @Test func aGuestWithoutALeaseIsDiagnosed() async throws {
      try await Host.run { host in
        // A network without a DHCP server, and a firewall before another one.
        try await host.inside("ip", "link", "add", "lonely0", "type", "bridge")
        try await host.inside("ip", "link", "set", "lonely0", "up")
        let script = try host.file(
          "unreached.vmscript",
          """
          image base { source = "\(try #require(Host.guest))" }
          net lab { subnet = 10.181.60.0/24 }
          domain walled { memory = 256MiB, serial {}, disk { image = base }, nic { net = lab } }
          domain lonely { memory = 256MiB, disk { image = base }, nic { bridge = "lonely0" } }
          domain mute { memory = 64MiB, disk { size = 1MiB }, nic { net = lab } }
          """)
        try await host.json(["run", script])
        let bridge = try #require(try await host.network("lab")["bridge/@name"])
        try await host.inside(
          "iptables", "-I", "INPUT", "-i", bridge, "-p", "udp", "--dport", "67", "-j", "DROP")
        for name in ["walled", "lonely", "mute"] { try await host.virsh("reset", name) }
        let wait = try host.file(
          "wait.vmscript", #"wait ["walled", "lonely", "mute"] for ip within 45s"#)
        let result = try await host.vmscript(["run", wait, "--stack", "unreached", "--yes"])
        let text = result.errors
        #expect(result.status == 1, "\(text)")
        #expect(text.contains("VM0709"), "\(text)")
        let walled = try await host.domain("walled")["devices/interface/mac/@address"] ?? ""
        let lonely = try await host.domain("lonely")["devices/interface/mac/@address"] ?? ""
        let mute = try await host.domain("mute")["devices/interface/mac/@address"] ?? ""
        #expect(text.contains("\(walled) on network `lab` has sent "), "\(text)")
        #expect(text.contains("must accept UDP port 67 on `\(bridge)`"), "\(text)")
        #expect(
          text.contains("\(lonely) on `lonely0`, where libvirt runs no DHCP server"), "\(text)")
        #expect(text.contains("\(mute) on network `lab` has sent nothing"), "\(text)")
        #expect(text.contains("look at its console: `vmscript console mute`"), "\(text)")
        // The guest that is up says so on its console.
        #expect(text.contains("vmscript-guest ready"), "\(text)")
        try await host.json(["destroy", script, "--yes"])
        try await host.inside("ip", "link", "delete", "lonely0")
      }
    }
  }
}
