import Foundation
import Testing

extension HostTests {
  /// Several runs on one host.
  @Suite struct ConcurrencyTests {
    /// The lab of the tour with its guests off, on a host as it was before.
    private struct Lab {
      let host: Host
      let arguments: [String]
      private let before: HostSnapshot

      init(on host: Host) async throws {
        self.host = host
        before = try await HostSnapshot.of(host)
        let script = try TourScript.labAtRest().written(on: host)
        arguments = ["run", script, "--set", "base=\(try #require(Host.guest))"]
      }

      /// Stops a run while it uploads, calls `body` with its process, and waits for its end.
      func whileUploading(_ body: (pid_t) async throws -> Void) async throws -> CommandResult {
        let watch = CallWatch(log: host.newCallLog()) { calls in
          calls.contains("virStreamSend")
        } act: { process in
          kill(process, SIGSTOP)
        }
        async let run = host.vmscript(arguments, watch: watch)
        try await body(try await watch.acted())
        return try await run
      }

      func expectDomains() async throws {
        #expect(try await host.domains() == ["db", "web-1", "web-2", "web-3", "web_base"])
      }

      func expectOneOfEach() async throws {
        try await expectDomains()
        #expect(try host.volumes().count { $0.contains(".base-") } == 1)
        #expect(try host.volumes().count { $0.contains(".pin-") } == 1)
      }

      /// Destroys it, which leaves the host as it was.
      func destroy() async throws {
        try await host.json(["destroy", "--stack", "lab", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func ofTwoRunsAtOnceOfOneStackTheSecondIsRefused() async throws {
      try await Host.run { host in
        let lab = try await Lab(on: host)
        let first = try await lab.whileUploading { first in
          let second = try await host.vmscript(lab.arguments)
          #expect(second.status == 1)
          #expect(second.errors.contains("another run of the stack `lab`"), "\(second.errors)")
          kill(first, SIGCONT)
        }
        #expect(first.status == 0)
        try await lab.expectOneOfEach()
        try await lab.destroy()
      }
    }

    @Test func simultaneousRunsOfTwoMachinesLeaveTheStackIntact() async throws {
      try await Host.run { host in
        let lab = try await Lab(on: host)
        // They see each other's claims alone, and may both be refused.
        async let one = host.vmscript(lab.arguments, machine: "one")
        async let two = host.vmscript(lab.arguments, machine: "two")
        for result in try await [one, two] where result.status != 0 {
          #expect(result.errors.contains("another run of the stack `lab`"), "\(result.errors)")
        }
        try await host.json(lab.arguments)
        try await lab.expectDomains()
        try await lab.destroy()
      }
    }

    @Test func aRunIsSeenByOtherEnvironmentsAndMachines() async throws {
      try await Host.run { host in
        let lab = try await Lab(on: host)
        _ = try await lab.whileUploading { first in
          let elsewhere = try await host.vmscript(lab.arguments, machine: "other")
          #expect(elsewhere.status == 1)
          #expect(
            elsewhere.errors.contains("process \(first) on `"), "\(elsewhere.errors)")
          let cron = try await host.vmscript(
            lab.arguments, environment: ["XDG_RUNTIME_DIR": "/nowhere"])
          #expect(cron.status == 1)
          #expect(cron.errors.contains("process \(first) of "), "\(cron.errors)")
          // A killed run blocks no other on its own machine.
          kill(first, SIGKILL)
        }
        try await host.json(lab.arguments)
        try await lab.expectOneOfEach()
        try await lab.destroy()
      }
    }

    @Test func aRunThatChangesNothingMakesNoCallThatChanges() async throws {
      try await Host.run { host in
        let script = try host.file(
          "idle.vmscript", "domain idle { memory = 32MiB, state = stopped }")
        try await host.json(["run", script])
        let calls = host.newCallLog()
        try await host.json(["run", script], calls: calls)
        let changes = try calls.changes()
        #expect(changes == [])
        try await host.json(["destroy", script, "--yes"])
      }
    }

    @Test func twoStacksShareAnImageAndEachGoesForItself() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ stack: String, state: String, rest: String = "") throws -> String {
          try host.file(
            "\(stack).vmscript",
            """
            image base { source = "\(try #require(Host.guest))" }
            domain "\(stack)-m" {
              memory = 256MiB
              disk { image = base }
              nic { net = "default" }
              state = \(state)
            }
            \(rest)
            """)
        }
        let calls = host.newCallLog()
        try await host.json(["run", try script("one", state: "stopped")], calls: calls)
        #expect(try calls.names().contains("virStorageVolUpload"))
        let again = host.newCallLog()
        try await host.json(["run", try script("two", state: "stopped")], calls: again)
        #expect(try !again.names().contains("virStorageVolUpload"))
        #expect(try host.volumes().count { $0.contains(".base-") } == 1)

        try await host.json(["destroy", "--stack", "one", "--yes"])
        #expect(try host.volumes().count { $0.contains(".base-") } == 1)
        // The other one's guest still boots from it.
        let running = try script(
          "two", state: "running", rest: "wait \"two-m\" for ip within 3m")
        try await host.json(["run", running])
        #expect(try await host.addresses(of: "two-m").count == 1)
        try await host.json(["destroy", "--stack", "two", "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
