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
        async let walled = report(of: "walled", on: host)
        async let lonely = report(of: "lonely", on: host)
        async let mute = report(of: "mute", on: host)
        let (ofWalled, ofLonely, ofMute) = try await (walled, lonely, mute)
        #expect(ofWalled.contains("on network `lab` has sent "), "\(ofWalled)")
        #expect(ofWalled.contains("must accept UDP port 67 on `\(bridge)`"), "\(ofWalled)")
        // The guest that is up says so on its console.
        #expect(ofWalled.contains("vmscript-guest ready"), "\(ofWalled)")
        #expect(
          ofLonely.contains("on `lonely0`, where libvirt runs no DHCP server, has sent "),
          "\(ofLonely)")
        #expect(ofLonely.contains("put the interface on a `net`"), "\(ofLonely)")
        #expect(ofMute.contains("on network `lab` has sent nothing"), "\(ofMute)")
        #expect(ofMute.contains("look at its console: `vmscript console mute`"), "\(ofMute)")
        try await host.json(["destroy", script, "--yes"])
        try await host.inside("ip", "link", "delete", "lonely0")
      }
    }

    /// Waits for an address that does not come; returns the error.
    private func report(of name: String, on host: Host) async throws -> String {
      let script = try host.file("wait-\(name).vmscript", "wait \"\(name)\" for ip within 45s")
      let result = try await host.vmscript(["run", script])
      #expect(result.status == 1 && result.errors.contains("VM0709"), "\(result.errors)")
      return result.errors
    }
  }
}
