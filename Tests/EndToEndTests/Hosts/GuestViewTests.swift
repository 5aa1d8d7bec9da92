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
        for _ in 0..<120 where try text(of: transcript).contains("guest ready") == false {
          try await Task.sleep(for: .seconds(1))
        }
        try await host.json(["destroy", script, "--yes"])
        #expect(try await console.status == 0)
        #expect(try text(of: transcript).contains("vmscript-guest ready"))
        let attributes = try FileManager.default.attributesOfItem(atPath: transcript)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        if let process = watching.withLock(\.self) { kill(process, SIGTERM) }
        let lines = try await events.output
        #expect(lines.contains(#""event": "was removed""#), "\(lines)")
        try await before.expectSame(on: host)
      }
    }

    private func text(of path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    /// The logs are read where the daemon's folders are.
    private func expectLogs(on host: Host) async throws {
      let holder = try String(contentsOfFile: host.folder + "/pid", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      // The first process of the namespaces, whose /proc is the one that is mounted there.
      let first = try await Subprocess.run("pgrep", ["-P", holder]).output
      let result = try await Subprocess.run(
        "nsenter",
        [
          "--target", first.trimmingCharacters(in: .whitespacesAndNewlines), "--mount", "--net",
          "--pid", "--", vmscriptBinary.path, "logs",
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
