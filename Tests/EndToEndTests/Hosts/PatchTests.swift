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

    @Test func twoPatchesOfOnePathAreTwoDevices() async throws {
      try await Host.run { host in
        func device(_ product: String) -> String {
          """
          xml '/domain/devices' { append = "<hostdev mode='subsystem' type='usb'><source>\
          <vendor id='0x1'/><product id='\(product)'/></source></hostdev>" }
          """
        }
        func script(_ devices: String...) throws -> String {
          try host.file(
            "two.vmscript",
            "domain two { memory = 64MiB, state = stopped\n\(devices.joined(separator: "\n")) }")
        }
        let both = try script(device("0x2"), device("0x3"))
        try await host.json(["run", both])
        #expect(try await host.json(["plan", both])["changes"].items.isEmpty)
        try await host.json(["run", both])
        #expect(try await host.virsh("dumpxml", "two").ranges(of: "<hostdev").count == 2)
        let one = try script(device("0x3"))
        try await host.json(["run", one])
        let rest = try await host.virsh("dumpxml", "two")
        #expect(rest.contains("id='0x0003'") && !rest.contains("id='0x0002'"))
        #expect(try await host.json(["plan", one])["changes"].items.isEmpty)
        try await host.json(["destroy", one, "--yes"])
      }
    }

    @Test func aDroppedPatchIsReportedOnceAndIsNoDifference() async throws {
      try await Host.run { host in
        let path = try host.file(
          "dropped.vmscript",
          """
          domain dropped { memory = 64MiB, state = stopped
            xml '/domain' { append = "<bogus a='1'/>" }
            xml '/domain/devices' { append = "<input type='mouse' bus='usb' x='1'><y/></input>" }
            xml '/domain' { append = "<q:commandline xmlns:q='urn:other'/>" }
          }
          """)
        let first = try await host.vmscript(["run", path])
        #expect(first.status == 0)
        for name in ["`bogus`", "`input/@x`, `input/y`", "`q:commandline`"] {
          #expect(first.errors.contains("does not keep \(name)"), "\(first.errors)")
        }
        let second = try await host.vmscript(["run", path])
        #expect(second.status == 0 && !second.errors.contains("does not keep"))
        #expect(try await host.json(["plan", path])["changes"].items.isEmpty)
        try await host.json(["destroy", path, "--yes"])
      }
    }
  }
}
