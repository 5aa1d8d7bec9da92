import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Media that are made from files.
  @Suite struct MediumTests {
    @Test func aMediumOfFilesIsReadByOtherTools() async throws {
      try await Host.run { host in
        func script(_ answer: String) throws -> String {
          try host.file(
            "medium.vmscript",
            """
            image answers {
              label = "OEMDRV"
              files = { "ks.cfg": "\(answer)\\n", "drivers/net.inf": "second" }
            }
            domain a { memory = 64MiB, state = stopped, cdrom { source = answers } }
            """)
        }
        let plan = try await host.vmscript(["plan", try script("rootpw s3cret")])
        #expect(plan.status == 0 && !plan.output.contains("s3cret"), "\(plan.output)")
        try await host.json(["run", try script("rootpw s3cret")])
        func path() async throws -> String {
          try #require(try await host.domain("a")["devices/disk/source/@file"])
        }
        let first = try await path()
        #expect(try runTool("/usr/bin/bsdtar", ["-xOf", first, "ks.cfg"]) == "rootpw s3cret\n")
        #expect(try runTool("/usr/bin/bsdtar", ["-xOf", first, "drivers/net.inf"]) == "second")
        #expect(
          try runTool("/usr/sbin/blkid", ["-o", "value", "-s", "LABEL", first]) == "OEMDRV\n")
        #expect(try await host.json(["plan", script("rootpw s3cret")])["changes"].items.isEmpty)
        try await host.json(["run", try script("rootpw other"), "--yes"])
        let second = try await path()
        #expect(second != first)
        #expect(try runTool("/usr/bin/bsdtar", ["-xOf", second, "ks.cfg"]) == "rootpw other\n")
        try await host.json(["destroy", "--stack", "medium", "--yes"])
        #expect(try host.volumes() == [])
      }
    }
  }
}
