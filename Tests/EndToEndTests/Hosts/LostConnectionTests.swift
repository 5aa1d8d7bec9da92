import Foundation
import Testing

extension HostTests {
  /// A libvirtd that goes away in the middle: a clear error, nothing lost, and the next run finishes.
  @Suite struct LostConnectionTests {
    /// The call at which the daemon is killed: the first one of this name.
    ///
    /// Not while it starts a network: what is left of a bridge then is the host's own to remove.
    enum Moment: String, CaseIterable, Sendable {
      case volume = "virStorageVolCreate"
      case upload = "virStreamSend"
      case definition = "virDomainDefine"
    }

    @Test(arguments: Moment.allCases)
    func aDaemonThatIsRestartedInTheMiddleLosesNothing(moment: Moment) async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let network = try TourScript("03-lab").statement("net lab {")
        let script = try host.file("network.vmscript", "stack \"lab\"\n" + network)
        try await host.json(["run", script])
        try await loseDaemon(at: moment, on: host)
        try await expectTheNextRunFinishes(on: host)
        try await before.expectSame(on: host)
      }
    }

    private func base() throws -> [String] { ["--set", "base=\(try #require(Host.guest))"] }

    private func loseDaemon(at moment: Moment, on host: Host) async throws {
      let daemon = try #require(try await host.daemon())
      // The run is stopped until another daemon runs, so that it loses this one.
      let watch = CallWatch(log: host.newCallLog()) { calls in
        calls.contains { $0.hasPrefix(moment.rawValue) }
      } act: { client in
        kill(client, SIGSTOP)
        kill(daemon, SIGKILL)
      }
      let script = try TourScript.labAtRest().written(on: host)
      // The network was made by another script.
      async let run = host.vmscript(["run", script, "--yes"] + base(), watch: watch)
      let client = try await watch.acted()
      while try await host.daemon() == daemon { try await Task.sleep(for: .milliseconds(50)) }
      try await host.answers()
      kill(client, SIGCONT)
      let lost = try await run
      // A call that was answered before is no loss: the run goes on with the new daemon then.
      guard lost.status != 0 else { return }
      #expect(lost.status == 1)
      #expect(lost.errors.contains("error[VM0702]"), "\(lost.errors)")
      #expect(lost.errors.contains("libvirt says:"), "\(lost.errors)")
    }

    private func expectTheNextRunFinishes(on host: Host) async throws {
      let script = try TourScript.labAtRest().written(on: host)
      try await host.json(["run", script, "--yes"] + base())
      #expect(try await host.domains() == ["db", "web-1", "web-2", "web-3", "web_base"])
      #expect(try await host.json(["plan", script] + base())["changes"].items.isEmpty)
      try await host.json(["destroy", "--stack", "lab", "--yes"])
    }

    @Test func aBridgeThatACrashedDaemonLeftIsNoObstacle() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try TourScript("01-hello").written(on: host)
        try await host.json(["run", script])
        let bridge = try #require(try await host.network("lab")["//bridge/@name"])
        try await host.virsh("net-destroy", "lab")
        try await host.inside("ip", "link", "add", bridge, "type", "bridge")
        try await host.json(["run", script])
        #expect(try await host.virsh("net-info", "lab").contains(/Active:\s+yes/))
        #expect(try await host.network("lab")["//bridge/@name"] != bridge)
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aConnectionThatIsDroppedInAnUploadIsNamedAndTheNextRunFinishes() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "dropped.vmscript",
          """
          image base { source = "\(try #require(Host.guest))" }
          domain m { memory = 64MiB, disk { image = base }, state = stopped }
          """)
        // It is stopped while its connections are cut, so that it is in the upload.
        let watch = CallWatch(log: host.newCallLog()) { calls in
          calls.contains("virStreamSend")
        } act: { client in
          kill(client, SIGSTOP)
        }
        async let run = host.vmscript(["run", script], watch: watch)
        let client = try await watch.acted()
        try await host.dropClients()
        kill(client, SIGCONT)
        let lost = try await run
        #expect(lost.status == 1)
        #expect(lost.errors.contains("error[VM0702]"), "\(lost.errors)")
        #expect(try await host.domains() == [])

        try await host.json(["run", script])
        #expect(try await host.domains() == ["m"])
        #expect(try host.volumes().count { $0.contains(".base-") } == 1)
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aDaemonThatIsNotThereIsNamedAndNoOtherIsTaken() async throws {
      try await Host.run { host in
        let script = try TourScript("01-hello").written(on: host)
        let elsewhere = Host(
          folder: host.folder, uri: "qemu+unix:///system?socket=\(host.folder)/none")
        let result = try await elsewhere.vmscript(["run", script])
        #expect(result.status == 4)
        #expect(result.errors.contains("error[VM0701]"))
        #expect(result.errors.contains(elsewhere.uri))
        #expect(result.errors.contains("--connect test:///default"))
      }
    }
  }
}
