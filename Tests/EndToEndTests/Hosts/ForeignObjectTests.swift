import Foundation
import Testing

extension HostTests {
  /// Objects of no stack and of other stacks are refused by name and left unchanged.
  @Suite struct ForeignObjectTests {
    @Test(arguments: [
      "domain \(Host.unrelated) { memory = 64MiB, state = stopped }",
      "net \(Host.unrelated) { subnet = 10.78.0.0/24 }",
    ])
    func aNameThatIsTakenIsRefused(statement: String) async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "taken.vmscript", statement + "\nnet free { subnet = 10.79.0.0/24 }\n")
        for command in ["plan", "run"] {
          let result = try await host.vmscript(
            [command, script, "--yes"].filter {
              command == "run" || $0 != "--yes"
            })
          #expect(result.status == 1)
          #expect(result.errors.contains("error[VM0501]"), "\(result.errors)")
          #expect(result.errors.contains("`\(Host.unrelated)`"))
          #expect(result.errors.contains("taken.vmscript:1:"))
        }
        try await before.expectSame(on: host)
      }
    }

    @Test func objectsOfAnotherStackAreRefused() async throws {
      try await Host.run { host in
        let text =
          "net shared { subnet = 10.79.0.0/24 }\ndomain m { memory = 64MiB, state = stopped }\n"
        try await host.json(["run", try host.file("one.vmscript", text)])
        let before = try await HostSnapshot.of(host)
        let result = try await host.vmscript(["run", try host.file("two.vmscript", text), "--yes"])
        #expect(result.status == 1)
        #expect(result.errors.contains("error[VM0501]"), "\(result.errors)")
        try await host.json(["destroy", "--stack", "two", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func destroyOfAStackThatIsNotThereChangesNothing() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let calls = host.newCallLog()
        let result = try await host.json(["destroy", "--stack", "nobody", "--yes"], calls: calls)
        #expect(result["changes"].items.isEmpty)
        let changes = try calls.changes()
        #expect(changes == [])
        try await before.expectSame(on: host)
      }
    }
  }
}

extension HostTests {
  /// A volume that no stack made.
  @Suite struct ForeignVolumeTests {
    @Test func aVolumeOfOthersIsUsedInPlaceAndNeverDeleted() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "used.vmscript",
          """
          image theirs { source = "volume:default/\(Host.unrelated).qcow2" }
          domain mine { memory = 64MiB, disk { image = theirs }, state = stopped }
          """)
        try await host.json(["run", script])
        let path = try #require(
          try await host.domain("mine", inactive: true)["//disk/source/@file"])
        let volume = try XMLQuery(try await host.virsh("vol-dumpxml", path))
        #expect(
          volume["/volume/backingStore/path"] == "\(host.poolFolder)/\(Host.unrelated).qcow2")
        try await host.json(["destroy", "--stack", "used", "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
