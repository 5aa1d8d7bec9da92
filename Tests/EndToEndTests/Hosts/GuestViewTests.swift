import Foundation
import Synchronization
import Testing

extension HostTests {
  /// Displays, logs, consoles and lists of running guests.
  @Suite struct GuestViewTests {
    @Test func aGuestIsSeenFromOutside() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "seen.vmscript",
          """
          image base { source = "\(try #require(Host.guest))" }
          domain "seen" {
            memory = 128MiB, serial {}
            vnc {}
            disk { image = base }
          }
          """)
        let transcript = host.folder + "/console.log"
        try await host.json(["run", script])
        // The console is read from the boot on, until the guest stops.
        async let console = host.vmscript(["console", "seen", "--log", transcript])
        let watching = Mutex<pid_t?>(nil)
        async let events = Subprocess.run(
          vmscriptBinary.path, ["list", "--watch", "--json", "--connect", host.uri]
        ) { process in watching.withLock { $0 = process } }
        let displays = try await host.json(["vnc", "seen"])
        #expect(displays["displays"][0]["uri"].text?.hasPrefix("vnc://127.0.0.1:59") == true)
        try await expectLogs(on: host)
        _ = try await host.vmscript(
          ["-e", #"wait "seen" for 1 == 2 within 20s"#, "--stack", "seen"])
        try await host.json(["destroy", script, "--yes"])
        #expect(try await console.status == 0)
        #expect(
          try String(contentsOfFile: transcript, encoding: .utf8).contains("vmscript-guest ready"))
        let attributes = try FileManager.default.attributesOfItem(atPath: transcript)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        if let process = watching.withLock(\.self) { kill(process, SIGTERM) }
        let lines = try await events.output
        #expect(lines.contains(#""event": "was removed""#), "\(lines)")
        try await before.expectSame(on: host)
      }
    }

    /// The logs are read where the daemon's folders are.
    private func expectLogs(on host: Host) async throws {
      let holder = try String(contentsOfFile: host.folder + "/pid", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      let result = try await Subprocess.run(
        "nsenter",
        [
          "--target", holder, "--mount", "--net", "--pid", "--", vmscriptBinary.path, "logs",
          "seen",
          "--json", "--connect", host.uri,
        ])
      #expect(result.status == 0, "\(result.errors)")
      let logs = try JSON(result.output)
      #expect(logs["logs"][0]["kind"].text == "qemu")
      #expect(logs["logs"][0]["text"].text?.contains("-name guest=seen") == true)
      let outside = try await host.vmscript(["logs", "seen"])
      #expect(outside.status == 1 && outside.errors.contains("VM0783"), "\(outside.errors)")
    }
  }
}
