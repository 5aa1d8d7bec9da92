import Foundation
import Testing

extension HostTests {
  /// SIGKILL in the middle: the next run finishes, with nothing twice, and destroy leaves nothing.
  @Suite struct KilledRunTests {
    @Test func aRunKilledAtTwentyMomentsIsFinishedByTheNext() async throws {
      try await Host.run { host in
        let script = try TourScript.labAtRest().written(on: host)
        let arguments = [script, "--set", "base=\(try #require(Host.guest))"]
        let calls = try await reference(arguments, on: host)
        var killed = 0
        // Within the upload, and at changes spread over the whole run.
        let moments =
          [2, calls.sends / 2, calls.sends].map { Moment.send($0) }
          + (1...calls.changes).map { Moment.change($0) }.spread(over: 19)
        for moment in moments {
          // The watch may come too late on a busy machine.
          for _ in 1...4 where try await kill(at: moment, arguments, expecting: calls, on: host) {
            killed += 1
            break
          }
        }
        #expect(killed >= 20)
      }
    }

    @Test func aRunKilledWhileItsGuestsBootIsFinishedByTheNext() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try TourScript("03-lab").written(on: host)
        let arguments = [
          script, "--set", "base=\(try #require(Host.guest))", "--set", "replicas=1",
        ]
        // Each time at the first guest that is started, until none is left to start.
        var status = SIGKILL
        var kills = 0
        while status != 0 {
          let watch = CallWatch.killing(host.newCallLog()) { calls in
            calls.contains { $0.hasPrefix("virDomainCreate") }
          }
          status = try await host.vmscript(["run"] + arguments, watch: watch).status
          try await host.answers()
          try #require(status == 0 || status == SIGKILL)
          if status == SIGKILL { kills += 1 }
        }
        #expect(kills > 0)
        let run = try await host.json(["run"] + arguments)
        #expect(run["outputs"]["web"].texts == ["10.10.0.11"])
        #expect(try await host.domains() == ["db", "web-1", "web_base"])
        try await host.json(["destroy", "--stack", "lab", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    /// A point of a run, counted from 1.
    private enum Moment {
      case change(Int), send(Int)

      func isReached(by calls: [String]) -> Bool {
        switch self {
        case .change(let number): calls.count { !CallLog.isReading($0) } >= number
        case .send(let number): calls.count { $0.hasPrefix("virStreamSend") } >= number
        }
      }
    }

    /// The calls and the result of an undisturbed run.
    private struct Reference {
      let changes: Int
      let sends: Int
      let before: HostSnapshot
      let domains: [String]
      let volumes: [String]
    }

    private func reference(_ arguments: [String], on host: Host) async throws -> Reference {
      let before = try await HostSnapshot.of(host)
      let log = host.newCallLog()
      try await host.json(["run"] + arguments, calls: log)
      let names = try log.names()
      let reference = Reference(
        changes: names.count { !CallLog.isReading($0) },
        sends: names.count { $0.hasPrefix("virStreamSend") }, before: before,
        domains: try await host.domains(), volumes: try volumes(on: host))
      try await destroy(on: host, leaving: before)
      return reference
    }

    /// Whether the kill came before the run's own end.
    private func kill(
      at moment: Moment, _ arguments: [String], expecting reference: Reference, on host: Host
    ) async throws -> Bool {
      let watch = CallWatch.killing(host.newCallLog()) { moment.isReached(by: $0) }
      let status = try await host.vmscript(["run"] + arguments, watch: watch).status
      // A daemon may fall with its client, and is then started again.
      try await host.answers()
      try await host.json(["run"] + arguments)
      let domains = try await host.domains()
      let volumes = try volumes(on: host)
      #expect(domains == reference.domains, "killed at \(moment)")
      #expect(volumes == reference.volumes, "killed at \(moment)")
      let plan = try await host.json(["plan"] + arguments)
      #expect(plan["changes"].items.isEmpty, "killed at \(moment)")
      try await destroy(on: host, leaving: reference.before)
      return status == SIGKILL
    }

    private func destroy(on host: Host, leaving before: HostSnapshot) async throws {
      try await host.json(["destroy", "--stack", "lab", "--yes"])
      try await before.expectSame(on: host)
    }

    /// The names of uploads differ from run to run in eight random digits, and so in their checks; those
    /// of pins also in what they record of the upload: length, time and digest.
    private func volumes(on host: Host) throws -> [String] {
      try host.volumes().map { name in
        name.replacing(/\.(base|pin)-([0-9a-f]{16})-[0-9a-f]{8}[-0-9a-f]*\.[0-9a-f]{8}\./) {
          ".\($0.1)-\($0.2)."
        }
      }.sorted()
    }
  }
}

extension Array {
  /// So many of the elements, evenly from the first to the last; all where there are fewer.
  fileprivate func spread(over count: Int) -> [Element] {
    guard self.count > count, count > 1 else { return self }
    return (0..<count).map { self[$0 * (self.count - 1) / (count - 1)] }
  }
}
