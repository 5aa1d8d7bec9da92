import Foundation
import Testing

extension HostTests {
  /// `xml` blocks, and what libvirt makes of them.
  @Suite struct PatchTests {
    @Test func patchesAreKeptChangedAndTakenOut() async throws {
      try await Host.run { host in
        func script(_ blocks: String...) throws -> String {
          let path = host.folder + "/files/patched.vmscript"
          let text =
            "domain patched {\n memory = 64MiB\n state = stopped\n \(blocks.joined(separator: "\n"))\n}"
          try text.write(toFile: path, atomically: true, encoding: .utf8)
          return path
        }
        func arguments(_ value: String) -> String {
          """
          xml '/domain' { append = '<q:commandline \
          xmlns:q="http://libvirt.org/schemas/domain/qemu/1.0"><q:arg value="\(value)"/>\
          </q:commandline>' }
          """
        }
        let mouse = #"xml '/domain/devices' { append = '<input type="mouse" bus="usb"/>' }"#
        // libvirt adds a mouse of its own, which the second run must not name like this one.
        let name =
          #"xml '/domain/devices/input[@type="mouse"]' { append = '<alias name="ua-m"/>' }"#
        let first = try script(arguments("-no-fd-bootchk"), mouse, name)
        try await host.json(["run", first])
        #expect(try await host.json(["plan", first])["changes"].items.isEmpty)
        #expect(try await host.virsh("dumpxml", "patched").contains("bus='ps2'"))

        try await host.json(["run", try script(arguments("-no-hpet"), mouse, name)])
        let changed = try await host.virsh("dumpxml", "patched")
        #expect(changed.ranges(of: "<qemu:arg").count == 1)
        #expect(changed.contains("<qemu:arg value='-no-hpet'/>"))
        #expect(changed.ranges(of: "<alias name='ua-m'/>").count == 1)

        let last = try script()
        try await host.json(["run", last])
        let bare = try await host.virsh("dumpxml", "patched")
        #expect(!bare.contains("<qemu:") && !bare.contains("bus='usb'/>") && !bare.contains("ua-m"))
        #expect(try await host.json(["plan", last])["changes"].items.isEmpty)
        try await host.json(["destroy", last, "--yes"])
      }
    }
  }
}
