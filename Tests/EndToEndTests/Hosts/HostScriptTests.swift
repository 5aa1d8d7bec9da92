import Foundation
import Testing

extension HostTests {
  /// `scripts/libvirtd` and `scripts/guest` as somebody types them.
  @Suite struct HostScriptTests {
    private func script(_ name: String, _ arguments: String...) async throws -> CommandResult {
      try await Subprocess.run(
        packageFolder.appendingPathComponent("scripts/\(name)").path, arguments)
    }

    @Test(arguments: [
      [], ["start"], ["nonsense", "/tmp/vmh-none"], ["start", ""], ["start", "/tmp/a", "b"],
      ["--help"],
    ])
    func aWrongCommandOfLibvirtdShowsItsUsage(arguments: [String]) async throws {
      let program = packageFolder.appendingPathComponent("scripts/libvirtd").path
      let result = try await Subprocess.run(program, arguments)
      #expect(result.status == 64)
      #expect(result.errors.hasPrefix("usage: scripts/libvirtd start DIR"))
      #expect(result.output == "")
    }

    @Test func aFolderThatCannotHoldADaemonIsRefused() async throws {
      let long = "/tmp/" + String(repeating: "x", count: 100)
      for (folder, reason) in [(long, "too long"), ("/tmp/a b", "may hold letters")] {
        let result = try await script("libvirtd", "start", folder)
        #expect(result.status == 1)
        #expect(result.errors.contains(reason))
        #expect(!FileManager.default.fileExists(atPath: folder))
      }
    }

    @Test func startAndStopMayBeRepeatedAndRestartNeedsADaemon() async throws {
      try await Host.run { host in
        let daemon = try await host.daemon()
        #expect(try await script("libvirtd", "start", host.folder).status == 0)
        #expect(try await host.daemon() == daemon)
        #expect(
          try await script("libvirtd", "uri", host.folder).output.trimmingCharacters(
            in: .newlines) == host.uri)
        try await host.restart()
        #expect(try await host.daemon() != daemon)
        for _ in 1...2 { #expect(try await script("libvirtd", "stop", host.folder).status == 0) }
        let restart = try await script("libvirtd", "restart", host.folder)
        #expect(restart.status == 1)
        #expect(restart.errors.contains("nothing runs in \(host.folder)"))
      }
    }

    @Test func definitionsSurviveAPowerFailure() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        try await host.powerCycle()
        // Only networks that start with the host run again.
        try await host.virsh("net-start", Host.unrelated)
        try await before.expectSame(on: host)
      }
    }

    @Test(arguments: [[], ["--help"], [""], ["a.qcow2", "b.qcow2"]])
    func aWrongCommandOfGuestShowsItsUsage(arguments: [String]) async throws {
      let program = packageFolder.appendingPathComponent("scripts/guest").path
      let result = try await Subprocess.run(program, arguments)
      #expect(result.status == 64)
      #expect(result.errors == "usage: scripts/guest OUT.qcow2\n")
    }

    @Test func theGuestIsNeverWrittenIntoTheBlue() async throws {
      let folder = FileManager.default.temporaryDirectory.path
      let result = try await script("guest", folder)
      #expect(result.status == 1)
      #expect(result.errors.contains("is a folder"))
    }
  }
}
