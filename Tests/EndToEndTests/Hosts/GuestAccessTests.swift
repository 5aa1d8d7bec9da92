import Foundation
import Testing

extension HostTests {
  /// Commands and files in a guest, through its agent.
  @Suite struct GuestAccessTests {
    @Test func commandsAndFilesReachAGuest() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "reach.vmscript",
          """
          image base { source = "\(try #require(Host.guest))" }
          domain "reach" {
            memory = 256MiB, agent = true, serial {}
            disk { image = base }
          }
          wait "reach" for agent within 3m
          run "echo one > /tmp/one" on "reach"
          copy "site/" to "reach" "/srv/site"
          copy "site" to "reach" "/srv"
          copy "site/a.txt" to "reach" "/srv/b.txt"
          output files = run "cd /srv; find . -type f | sort" on "reach"
          output content = run "cat /srv/b.txt" on ["reach"]
          output large = run "head -c 300000 /dev/zero | tr '\\\\0' x | wc -c" on "reach"
          run "(sleep 2; touch /tmp/late; httpd -p 8080) &" on "reach"
          wait "reach" for ready "test -e /tmp/late" within 1m
          """)
        try FileManager.default.createDirectory(
          atPath: host.folder + "/files/site/inner", withIntermediateDirectories: true)
        _ = try host.file("site/a.txt", "first\n")
        _ = try host.file("site/inner/it's", "second\n")
        let run = try await host.json(["run", script])
        #expect(
          run["outputs"]["files"].text == "./b.txt\n./site/a.txt\n./site/inner/it's", "\(run)")
        #expect(run["outputs"]["content"]["reach"].text == "first")
        #expect(run["outputs"]["large"].text == "300000")
        try await expectCommands(on: host)
        try await expectCopies(on: host)
        try await expectFailures(on: host)
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    private func expectCommands(on host: Host) async throws {
      let echo = try await host.vmscript(["exec", "reach", "--", "echo", "a b", "$HOME", "'"])
      #expect(echo.output == "a b $HOME '\n" && echo.status == 0, "\(echo.errors)")
      let failing = try await host.vmscript(
        ["exec", "reach", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])
      #expect(failing.status == 7 && failing.output == "out\n" && failing.errors == "err\n")
      let missing = try await host.vmscript(["exec", "reach", "--", "no-such-program"])
      #expect(missing.status == 127, "\(missing.status) \(missing.errors)")
      // Nothing is left in the guest.
      let left = try await host.vmscript(["exec", "reach", "--", "ls", "/tmp"])
      #expect(left.output.split(separator: "\n").filter { $0.hasPrefix("vmscript-") }.count == 1)
    }

    private func expectCopies(on host: Host) async throws {
      let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
      let local = try host.file("large.bin", bytes)
      let there = try await host.vmscript(["copy", local, "reach:/tmp/large.bin"])
      #expect(there.status == 0, "\(there.errors)")
      let back = host.folder + "/back.bin"
      let fetched = try await host.vmscript(["copy", "reach:/tmp/large.bin", back])
      #expect(fetched.status == 0, "\(fetched.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: back)) == bytes)
      let folder = try await host.vmscript(["copy", "reach:/srv/site", host.folder + "/fetched"])
      #expect(folder.status == 0, "\(folder.errors)")
      #expect(
        try String(contentsOfFile: host.folder + "/fetched/inner/it's", encoding: .utf8)
          == "second\n")
      let none = try await host.vmscript(["copy", "reach:/none", host.folder + "/none"])
      #expect(none.status == 1 && none.errors.contains("VM0798"), "\(none.errors)")
      #expect(!FileManager.default.fileExists(atPath: host.folder + "/none"))
      let relative = try await host.vmscript(["copy", local, "reach:none"])
      #expect(relative.status == 1 && relative.errors.contains("not an absolute path"))
    }

    private func expectFailures(on host: Host) async throws {
      let script = try host.file(
        "fails.vmscript", #"run "echo no such thing >&2; exit 3" on "reach""#)
      let failed = try await host.vmscript(["run", script, "--stack", "reach", "--yes"])
      #expect(failed.status == 1)
      #expect(failed.errors.contains("exited with status 3") && failed.errors.contains("no such"))
      let endless = try host.file(
        "endless.vmscript", #"run "sleep 600" on "reach" within 2s"#)
      let timedOut = try await host.vmscript(["run", endless, "--stack", "reach", "--yes"])
      #expect(timedOut.status == 1 && timedOut.errors.contains("VM0709"), "\(timedOut.errors)")
      // The command was ended.
      let processes = try await host.vmscript(["exec", "reach", "--", "ps"])
      #expect(!processes.output.contains("sleep 600"), "\(processes.output)")
      let text = try host.file(
        "text.vmscript",
        """
        run "(sleep 3; echo the-text > /dev/console) &" on "reach"
        wait "reach" for text "the-text" within 1m
        """)
      let shown = try await host.vmscript(["run", text, "--stack", "reach", "--yes"])
      #expect(shown.status == 0, "\(shown.errors)")
    }
  }
}
