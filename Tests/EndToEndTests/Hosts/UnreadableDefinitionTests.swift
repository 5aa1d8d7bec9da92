import Foundation
import Testing

extension HostTests {
  /// Objects of others whose definitions libvirt prints as something that is no XML.
  @Suite struct UnreadableDefinitionTests {
    private static let odd = "odd"

    /// A domain on a volume, and a network; libvirt does not escape all that they hold.
    private func addOdd(to host: Host, disk: String) async throws {
      let domain = try host.file(
        "odd-domain.xml",
        """
        <domain type='qemu'><name>\(Self.odd)</name><memory unit='MiB'>32</memory>
        <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
        <source file='\(disk)'/><target dev='vda' bus='virtio'/></disk>
        <interface type='network'><source network='default'/>
        <filterref filter='a&lt;b&apos;&amp;c'/></interface></devices></domain>
        """)
      try await host.virsh("define", domain)
      let network = try host.file(
        "odd-network.xml",
        """
        <network><name>\(Self.odd)</name><domain name='a&lt;b'/>
        <ip address='10.70.0.1' netmask='255.255.255.0'/></network>
        """)
      try await host.virsh("net-define", network)
    }

    @Test func unrelatedWorkContinues() async throws {
      try await Host.run { host in
        try await addOdd(to: host, disk: "\(host.poolFolder)/\(Host.unrelated).qcow2")
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "lab.vmscript",
          """
          net lan { subnet = 10.79.0.0/24 }
          image tiny { size = 16MiB }
          domain web { memory = 64MiB, disk { image = tiny, size = 16MiB }, nic { net = lan }, state = stopped }
          domain own { memory = 64MiB, disk { size = 16MiB }, state = stopped }
          """)
        #expect(try await host.json(["plan", script])["changes"].items.count == 4)
        try await host.json(["run", script, "--yes"])
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        try await host.json(["status", script])

        let list = try await host.json(["list"])
        for kind in ["domains", "networks"] {
          let found = list[kind].items.first { $0["name"].text == Self.odd }
          #expect(found?["state"].text == "stopped")
          #expect(found?["unreadable"].text?.contains("must be escaped") == true)
        }
        let shown = try await host.vmscript(["show", Self.odd])
        #expect(shown.status == 0 && shown.output.contains("unreadable"), "\(shown.errors)")

        // Its own name is taken, and says why nothing is done.
        for declared in ["domain odd { memory = 64MiB }", "net odd { subnet = 10.78.0.0/24 }"] {
          let own = try await host.vmscript(["plan", try host.file("odd.vmscript", declared)])
          #expect(own.status == 1 && own.errors.contains("error[VM0519]"), "\(own.errors)")
          #expect(own.errors.contains("`odd`"))
        }
        try await host.json(["destroy", "--stack", "lab", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func volumesInUseAreKept() async throws {
      try await Host.run { host in
        let text = "domain own { memory = 64MiB, disk { size = 16MiB }, state = stopped }\n"
        let script = try host.file("lab.vmscript", text)
        try await host.json(["run", script])
        let path = try #require(try await host.domain("own", inactive: true)["//disk/source/@file"])
        // An overlay outside all pools, whose base only the definition names.
        let folder = host.folder + "/elsewhere"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        let overlay = try await Subprocess.run(
          "qemu-img",
          ["create", "-q", "-f", "qcow2", "-b", path, "-F", "qcow2", folder + "/over.qcow2"])
        try #require(overlay.status == 0, "\(overlay.errors)")
        for disk in [path, folder + "/over.qcow2"] {
          try await addOdd(to: host, disk: disk)
          let before = try await HostSnapshot.of(host)
          let grow = try host.file(
            "lab.vmscript", text.replacingOccurrences(of: "16MiB", with: "32MiB"))
          for command in [["run", grow, "--yes"], ["destroy", "--stack", "lab", "--yes"]] {
            let result = try await host.vmscript(command)
            #expect(result.status == 1, "\(result.output)\(result.errors)")
            #expect(result.errors.contains("odd") || result.errors.contains("over.qcow2"))
          }
          try await before.expectSame(on: host)
          try await host.virsh("undefine", Self.odd)
          try await host.virsh("net-undefine", Self.odd)
        }
        try await host.json(["destroy", "--stack", "lab", "--yes"])
      }
    }
  }
}
