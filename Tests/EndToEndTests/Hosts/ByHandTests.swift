import Foundation
import Testing

extension HostTests {
  /// Tour 02: what people do by hand with uuidgen, qemu-img, a template, define and start.
  @Suite struct ByHandTests {
    @Test func theMachineIsDefinedAsDeclaredAndGoesWithoutATrace() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try TourScript("02-by-hand").written(on: host)
        let arguments = [script, "--set", "iso=\(try await host.iso())"]
        let run = try await host.json(["run"] + arguments)
        #expect(run["changes"].items.allSatisfy { $0["result"].text == "done" })

        let domain = try await host.domain("ubuntu-12.10", inactive: true)
        #expect(try await host.virsh("domstate", "ubuntu-12.10") == "shut off")
        expectMachine(domain)
        try await expectDisks(domain, on: host)
        expectDevices(domain)
        #expect(run["outputs"]["macs"].texts == domain.all("//interface/mac/@address"))

        let calls = host.newCallLog()
        let second = try await host.json(["run"] + arguments, calls: calls)
        #expect(second["changes"].items.isEmpty)
        let changes = try calls.changes()
        #expect(changes == [])

        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    private func expectMachine(_ domain: XMLQuery) {
      #expect(domain["/domain/title"] == "Installed from its ISO")
      // The host's newest version of the type that was asked for.
      #expect(domain["/domain/os/type/@machine"]?.hasPrefix("pc-i440fx") == true)
      #expect(domain["/domain/vcpu"] == "2")
      #expect(domain["/domain/memory[@unit='KiB']"] == "1048576")
      for feature in ["acpi", "apic", "pae"] { #expect(domain.has("/domain/features/\(feature)")) }
      #expect(domain["/domain/on_poweroff"] == "destroy")
      #expect(domain["/domain/on_reboot"] == "restart")
      #expect(domain["/domain/on_crash"] == "restart")
      #expect(domain.all("/domain/os/boot/@dev") == ["cdrom", "hd"])
    }

    private func expectDisks(_ domain: XMLQuery, on host: Host) async throws {
      #expect(domain.all("//disk/target/@dev") == ["vda", "vdb", "hdb"])
      for (device, gibibytes) in [("vda", 30), ("vdb", 10)] {
        let disk = "//disk[@device='disk'][target/@dev='\(device)']"
        #expect(domain[disk + "/driver/@type"] == "raw")
        #expect(domain[disk + "/target/@bus"] == "virtio")
        let path = try #require(domain[disk + "/source/@file"])
        let volume = try XMLQuery(try await host.virsh("vol-dumpxml", path))
        #expect(volume["/volume/target/format/@type"] == "raw")
        #expect(volume["/volume/capacity"] == String(gibibytes << 30))
      }
      let drive = "//disk[@device='cdrom'][target/@dev='hdb']"
      #expect(domain[drive + "/target/@bus"] == "ide")
      #expect(domain.has(drive + "/readonly"))
      let medium = try #require(domain[drive + "/source/@file"])
      let sent = try Data(contentsOf: URL(fileURLWithPath: host.folder + "/files/installer.iso"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: medium)) == sent)
    }

    private func expectDevices(_ domain: XMLQuery) {
      #expect(domain.all("//interface/source/@network") == ["default", "default"])
      #expect(domain.all("//interface/model/@type") == ["virtio", "e1000"])
      let addresses = domain.all("//interface/mac/@address")
      #expect(addresses.last == "52:54:00:6b:3c:58")
      #expect(Set(addresses).count == 2)
      let display = "//graphics[@type='vnc']"
      #expect(domain[display + "/@listen"] == "0.0.0.0")
      #expect(domain[display + "/@keymap"] == "en-us")
    }
  }
}
