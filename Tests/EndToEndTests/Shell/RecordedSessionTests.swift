import Foundation
import Testing

extension HostTests {
  /// The session in the README is what a terminal shows.
  ///
  /// `VMSCRIPT_RECORD=1 scripts/test --filter RecordedSessionTests` writes it anew.
  @Suite(.enabled(if: ShellScreen.isAvailable)) struct RecordedSessionTests {
    /// The input; the session waits for the last text of each entry.
    private let entries = [
      ("net lab { subnet = 10.10.0.0/24 }", "1 created in"),
      (#"image base { source = "guest.qcow2" }"#, "1 created in"),
      ("domain master { memory = 128MiB, state = stopped", "vm>"),
      ("disk { image = base }", "vm>"),
      ("nic { net = lab }", "vm>"),
      ("cloud_init {}", "vm>"),
      ("}", "1 created in"),
      ("clone master as db { state = running }", "domain db  created"),
      ("clone master as web { state = running, nic { ip = 10.10.0.11 } }", "domain web  created"),
      ("wait [db, web] for ip within 5m", "✓ wait db, web"),
      ("web.ip", "10.10.0.11"),
      ("(db.memory + web.memory) / 4", "64MiB"),
      ("domain lone { memroy = 1GiB }", "did you mean `memory`?"),
      (
        "clone master as web { memory = 96MiB, state = running, nic { ip = 10.10.0.11 } }",
        "1 updated"
      ),
      ("delete [db, web]", "[y/N]"),
      ("y", "✓ delete db, web"),
    ]

    @Test func theReadmeShowsWhatATerminalShows() async throws {
      let guest = try #require(Host.guest)
      let readme = packageFolder.appendingPathComponent("README.md")
      try await Host.run { host in
        try await host.withShell(columns: 90, rows: 70) { shell in
          try await shell.enter(":events off")
          try await shell.expect("events is off")
          try await shell.press("C-l")
          for (entry, end) in entries {
            try await shell.enter(entry.replacing("guest.qcow2", with: guest))
            try await shell.expect(end)
          }
          try await shell.expectEnd("\nvm>")
          let shown = Self.normalized(try await shell.rows, guest)
          var lines = try String(contentsOf: readme, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
          let start = try #require(lines.firstIndex(of: "    $ vmscript")) + 1
          let end = lines[start...].firstIndex { !$0.hasPrefix("    ") } ?? lines.endIndex
          if ProcessInfo.processInfo.environment["VMSCRIPT_RECORD"] != nil {
            lines.replaceSubrange(start..<end, with: shown)
            try Data(lines.joined(separator: "\n").utf8).write(to: readme)
          } else {
            #expect(lines[start..<end].map(Self.withoutTimes) == shown.map(Self.withoutTimes))
          }
        }
      }
    }

    private static func normalized(_ rows: [String], _ guest: String) -> [String] {
      rows.reversed().drop { $0.isEmpty || $0 == "vm>" }.reversed()
        .map { "    " + $0.replacing(guest, with: "guest.qcow2") }
    }

    private static func withoutTimes(_ text: String) -> String {
      text.replacing(/[0-9.]+ ?m?s\b/, with: "TIME")
    }
  }
}
