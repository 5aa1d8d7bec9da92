import Foundation
import Testing

extension HostTests {
  /// Renamed domains keep their disks and their identity, and a run that is killed is finished.
  @Suite struct MoveTests {
    private func script(
      _ name: String, _ moves: String = "", state: String = "stopped", on host: Host
    ) throws -> String {
      let guest = try #require(Host.guest)
      return try host.file(
        "moves.vmscript",
        """
        stack "moves"
        \(moves)
        image g { source = "\(guest)" }
        net lan { subnet = 10.79.0.0/24 }
        domain \(name) {
          memory = 128MiB
          state = \(state)
          disk { image = g }
          disk data { size = 8MiB }
          nic { net = lan, ip = 10.79.0.20 }
          cloud_init { hostname = "web" }
        }
        """)
    }

    private func identity(_ name: String, on host: Host) async throws -> [String] {
      let domain = try await host.domain(name, inactive: true)
      return domain.all("/domain/uuid") + domain.all("//interface/mac/@address")
        + domain.all("//disk/source/@file")
    }

    @Test func aMovedDomainIsTheSameMachine() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        try await host.json(["run", script("web", on: host)])
        let web = try await identity("web", on: host)
        #expect(web.count == 5)
        try await host.virsh("snapshot-create-as", "web", "clean")

        let moved = "moved \"web\" => \"app\""
        let plan = try await host.vmscript(["plan", script("app", moved, on: host)])
        #expect(plan.output.contains("name \"web\" → \"app\""), "\(plan.output)")
        let run = try await host.json(["run", script("app", moved, on: host)])
        let changes = run["changes"].items.filter { $0["kind"].text == "domain" }
        #expect(changes.compactMap { $0["name"].text } == ["app"])
        #expect(try await host.domains() == ["app"])
        #expect(try await identity("app", on: host) == web)
        #expect(try await host.virshLines("snapshot-list", "app", "--name") == ["clean"])
        for moves in [moved, ""] {
          let again = try await host.json(["plan", script("app", moves, on: host), "--prune"])
          #expect(again["changes"].items.isEmpty)
        }

        // A running domain stays as it is.
        try await host.virsh("start", "app")
        let late = try script("api", "moved \"app\" => \"api\"", on: host)
        let refused = try await host.vmscript(["run", late])
        #expect(
          refused.status == 1 && refused.errors.contains("error[VM0524]"), "\(refused.errors)")
        #expect(try await host.domains() == ["app"])
        try await host.virsh("destroy", "app")
        try await host.json(["run", late])
        #expect(try await identity("api", on: host) == web)
        try await host.json(["destroy", "--stack", "moves", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aRunKilledAtAnyChangeIsFinishedByTheNext() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let moved = "moved \"web\" => \"app\""
        try await host.json(["run", script("web", on: host)])
        let log = host.newCallLog()
        try await host.json(["run", script("app", moved, on: host)], calls: log)
        let changes = try log.names().count { !CallLog.isReading($0) }
        try await host.json(["destroy", "--stack", "moves", "--yes"])
        #expect(changes >= 2)
        var killed = 0
        for number in 1...changes {
          try await host.json(["run", script("web", on: host)])
          let web = try await identity("web", on: host)
          let watch = CallWatch.killing(host.newCallLog()) { calls in
            calls.count { !CallLog.isReading($0) } >= number
          }
          let run = try await host.vmscript(["run", script("app", moved, on: host)], watch: watch)
          if run.status == SIGKILL { killed += 1 }
          try await host.answers()
          try await host.json(["run", script("app", moved, on: host)])
          #expect(try await host.domains() == ["app"], "killed at change \(number)")
          #expect(try await identity("app", on: host) == web, "killed at change \(number)")
          let again = try await host.json(["plan", script("app", on: host), "--prune"])
          #expect(again["changes"].items.isEmpty, "killed at change \(number)")
          try await host.json(["destroy", "--stack", "moves", "--yes"])
          try await before.expectSame(on: host)
        }
        #expect(killed > 0)
      }
    }
  }
}
