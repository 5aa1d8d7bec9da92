import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

extension HostTests {
  /// Tests of scripts on an isolated libvirtd: guests, kills, and what is left behind.
  @Suite struct TemporaryStackTests {
    /// A script that waits for what does not happen.
    private func endless(on host: Host) throws -> [String] {
      let script = try host.file(
        "endless.vmscript",
        """
        image base { source = "\(try #require(Host.guest))" }
        net tests { mode = isolated }
        domain "endless" {
          memory = 128MiB
          serial {}
          disk { image = base }
          nic { net = tests }
        }
        wait "endless" for text "never" within 10m
        """)
      return [script, "--artifacts", host.folder + "/artifacts"]
    }

    @Test func aGuestIsTestedAndItsStackDestroyed() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "guest.vmscript",
          """
          param expected: string
          image base { source = "\(try #require(Host.guest))" }
          domain "tested" {
            memory = 256MiB, agent = true, serial {}
            vnc {}
            disk { image = base }
          }
          wait "tested" for text "vmscript-guest ready" within 2m
          wait "tested" for ready "true" within 1m
          let name = run "hostname" on "tested"
          check name == expected, "its host name"
          check domain("tested").state == "running", "its state"
          """)
        let artifacts = host.folder + "/artifacts"
        let passed = try await host.json(
          ["test", script, "--set", "expected=guest", "--artifacts", artifacts])
        #expect(
          passed["cases"].items.map { $0["name"].text }
            == ["applied", "its host name", "its state", "destroyed"])
        #expect(!FileManager.default.fileExists(atPath: artifacts))
        try await before.expectSame(on: host)

        let junit = host.folder + "/junit.xml"
        let failed = try await host.vmscript(
          [
            "test", script, "--set", "expected=other", "--artifacts", artifacts, "--junit", junit,
            "--json",
          ])
        #expect(failed.status == 1, "\(failed.errors)")
        let report = try JSON(failed.output)
        let saved = report["artifacts"].texts
        #expect(saved.count == 2, "\(saved)")
        let log = try #require(saved.first { $0.hasSuffix("/tested.console.log") })
        #expect(
          try String(contentsOfFile: log, encoding: .utf8).contains("vmscript-guest ready"))
        for path in saved {
          let attributes = try FileManager.default.attributesOfItem(atPath: path)
          #expect(attributes[.posixPermissions] as? Int == 0o600)
          #expect(attributes[.size] as? Int ?? 0 > 0)
        }
        let xml = try XMLDocument(contentsOf: URL(fileURLWithPath: junit))
        #expect(xml.rootElement()?.attribute(forName: "failures")?.stringValue == "1")
        try await before.expectSame(on: host)
      }
    }

    @Test func whatAKilledTestLeavesIsSweptAfterItsLifetime() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let arguments = try ["test"] + endless(on: host) + ["--lifetime", "25s"]
        // At the first volume, which is the record itself, in the middle, and with every resource.
        for call in ["virStorageVolCreateXML", "virNetworkDefineXML", "virDomainCreate"] {
          let watch = CallWatch.killing(host.newCallLog()) { calls in
            calls.contains { $0.hasPrefix(call) }
          }
          #expect(try await host.vmscript(arguments, watch: watch).status == SIGKILL)
          try await host.answers()
          var stacks = try await host.json(["sweep", "--list"])["stacks"].items
          #expect(stacks.count == 1 || call == "virStorageVolCreateXML", "after \(call)")
          while stacks.first?["expired"].bool == false {
            try await Task.sleep(for: .seconds(1))
            stacks = try await host.json(["sweep", "--list"])["stacks"].items
          }
          try await host.json(["sweep", "--yes"])
          #expect(try await host.json(["sweep", "--list"])["stacks"].items.isEmpty)
          try await before.expectSame(on: host)
        }
      }
    }

    @Test func anInterruptedTestDestroysItsStack() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let arguments = try ["test"] + endless(on: host)
        let watch = CallWatch(log: host.newCallLog()) { calls in
          calls.contains { $0.hasPrefix("virDomainOpenConsole") }
        } act: {
          kill($0, SIGINT)
        }
        let result = try await host.vmscript(arguments, watch: watch)
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("destroying the stacks"))
        try await before.expectSame(on: host)
      }
    }

    @Test func twoTestsOfOneScriptDoNotHarmEachOther() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let arguments = try ["test"] + endless(on: host) + ["--lifetime", "20s"]
        async let first = host.vmscript(arguments)
        async let second = host.vmscript(arguments)
        let results = try await [first, second]
        #expect(results.allSatisfy { $0.status == 1 })
        // One of them reaches its wait; the other one is refused or fails at a name.
        #expect(results.contains { $0.errors.contains("VM0770") }, "\(results.map(\.errors))")
        try await before.expectSame(on: host)
      }
    }
  }
}
